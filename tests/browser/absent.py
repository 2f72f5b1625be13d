"""A bot that is not there: for tests of the page alone."""


class AbsentBot:
    running = False

    async def start(self) -> None:
        raise AssertionError("there is no bot to start")

    async def stop(self) -> None:
        raise AssertionError("there is no bot to stop")

    async def remembered(self) -> None:
        return None
