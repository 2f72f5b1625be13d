"""What is wrong on the server, below the web interface: the worker, the broker, the database."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Pace:
    """How long things take, in seconds."""

    queue: float = 0.05
    work: float = 1.0


@dataclass(kw_only=True)
class Weather:
    broker_down: bool = False
    broker_delay: float = 0.5  # the real one gave up after 19 s (3.0.5) and 0.6 s (2.20)
    database_locked: bool = False
    lock_delay: float = 0.0  # the real one waited 5 s
    late_seconds: float = 0.0  # a row's final state shows this long after its own date_done
    final_save_lost: bool = False  # a database locked for over 5 s at the wrong moment: rows stay started
    reject_duplicates: bool = False  # PAPERLESS_CONSUMER_DELETE_DUPLICATES; 2.20 always rejects
    traceback_race: float = 0.0  # 2.20: for so many seconds a failed row reads "<traceback object ...>"
    unstable_ties: bool = False  # rows with one ordering value change places from request to request
    index_broken: bool = False  # 2.20: run index_optimize fails
    library_damaged: bool = False  # a sanity check finds errors
    training_broken: bool = False

    @property
    def disturbs_saving(self) -> bool:
        return bool(self.late_seconds or self.traceback_race or self.final_save_lost)
