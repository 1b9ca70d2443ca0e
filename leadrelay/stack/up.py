"""`leadrelay up`: the stack from nothing, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal

from leadrelay.stack.errors import StackError
from leadrelay.stack.leftovers import end_leftovers
from leadrelay.stack.screen import Screen
from leadrelay.stack.stack import Options, Stack
from leadrelay.stack.state import State

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(options: Options) -> int:
    """Run the stack; the exit code: 0 when it was asked to stop, 1 when it cannot run (stderr says why)."""
    screen = Screen()
    try:
        options.data.create()
        with options.data.locked():
            return asyncio.run(_run(options, screen))
    except StackError as error:
        screen.error(str(error))
        return 1
    finally:
        screen.close()


async def _run(options: Options, screen: Screen) -> int:
    stop, hasten = asyncio.Event(), asyncio.Event()

    def asked_to_stop() -> None:
        if stop.is_set():
            hasten.set()
        stop.set()

    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop)
    state = State.read(options.data.state)
    for name in end_leftovers(state, options.data.root):
        screen.step(f"ended {name}, left behind by an earlier run")
    state.processes = {}
    stack = Stack(options, state, screen)
    try:
        await _until_stopped(stack, stop, screen)
    finally:
        screen.waiting("Stopping ...")
        await stack.stop(hasten)
    screen.close()
    screen.say("leadrelay stopped; its state is kept in " + str(options.data.root))
    return 0


async def _until_stopped(stack: Stack, stop: asyncio.Event, screen: Screen) -> None:
    waiting = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(stack.start())
    await asyncio.wait({waiting, starting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    await starting
    screen.close()
    screen.say("leadrelay ready")
    for name, address in stack.addresses.items():
        screen.say(f"  {name:<13} {address}")
    await waiting
