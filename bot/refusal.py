"""What was asked for cannot be done, and the person reads why."""


class Refusal(Exception):
    """`sentence` is ours, and safe in a message as it stands; `cogs/errors.py` says it."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)
