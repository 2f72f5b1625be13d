"""What to tell people about failed tasks, and when.

`Desk` puts it together: one `Watcher` a server (`poll_once`), one `Courier` for all of them (`deliver_once`), one
`Ledger` that both write to before they act. What a card says is in `card.py`; whoever sends it implements `Notifier`.

    database = await Database.open(settings.database.url)  # bot.database; DatabaseInUse, DatabaseUnusable
    servers = {"home": WatchedServer(client=client, link_base=...)}  # bot.failures.desk
    ledger = await Ledger.open(database, links=links_of(servers), now=now)
    desk = Desk(ledger=ledger, servers=servers, notifier=notifier, section=settings.failures, now=now,
                sleep=asyncio.sleep)
    await desk.start()                       # takes up acknowledgements that an earlier life left unfinished
    await desk.watchers["home"].poll_once()  # every poll_seconds, each server by itself; delivers what it found
    await desk.deliver_once()                # every second: what was paced, held or refused before
    await desk.acknowledge(card_id=..., through=..., user_id=..., user_name=...)  # -> AcknowledgeOutcome; card edited
    await desk.acknowledge_tasks(server=..., task_ids=[...], user_id=..., user_name=...)  # from /task
    await desk.mute(card_id=..., for_=timedelta(hours=1), until_change=False, user_id=..., user_name=...)  # -> Mute
    await desk.close()                       # finishes sends in flight

    await ledger.card(card_id)   # the newest state, as the next edit would show it; None: no such card
    await ledger.place(card_id)  # channel_id, message_id, dismissed: to check a press against
    await ledger.rows(card_id, offset=0, limit=10, through=None, open_only=False)  # RowPage(total, rows)
    await ledger.open_rows(server=None, offset=0, limit=10)  # told and not acknowledged, dismissed ones included
    await ledger.mutes.running()
    await ledger.value(key), await ledger.set_value(key, value)
"""
