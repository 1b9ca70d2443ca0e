"""Runs the stack from nothing until Ctrl-C or SIGTERM, for `leadrelay up`."""

from __future__ import annotations

import asyncio
import signal

from leadrelay.stack.errors import StackError
from leadrelay.stack.screen import Screen
from leadrelay.stack.stack import Options, Stack
from leadrelay.stack.stale_processes import stop_stale_processes
from leadrelay.stack.state import State

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_stack(options: Options) -> int:
    """Run the stack. Returns the exit code: 0 if it was asked to stop, 1 if it cannot run (stderr says why)."""
    screen = Screen()
    try:
        with options.data.held():
            asyncio.run(_run(options, screen))
    except StackError as error:
        screen.error(str(error))
        return 1
    finally:
        screen.close()
    screen.say(f"leadrelay stopped. Its data is kept in {options.data.root}")
    return 0


async def _run(options: Options, screen: Screen) -> None:
    asked, hurry = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        if asked.is_set():
            hurry.set()
        asked.set()

    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    state = State.read(options.data.state)
    for name in stop_stale_processes(state, options.data.root):
        screen.step(f"Stopped {name}, left behind by an earlier run")
    state.processes = {}
    stack = Stack(options, state, screen, hurry)
    try:
        await _until_stopped(stack, asked, screen)
    finally:
        await stack.stop()


async def _until_stopped(stack: Stack, asked: asyncio.Event, screen: Screen) -> None:
    waiting, starting = asyncio.create_task(asked.wait()), asyncio.create_task(stack.start())
    await asyncio.wait({waiting, starting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    await starting
    screen.close()
    screen.say("leadrelay ready")
    for name, address in stack.addresses.items():
        screen.say(f"  {name:<16} {address}")
    screen.say(f"Open {stack.addresses['desk']} in a browser.")
    await waiting
