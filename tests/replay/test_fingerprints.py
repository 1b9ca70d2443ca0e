"""What a workflow may command is written down, so that another command without a patch is seen on every path."""

from __future__ import annotations

import pytest

from leadrelay.replay.code import NAMES
from tests.replay.fingerprints import Change, at_hand, changes, written
from tests.replay.outline import outlines

WORKFLOW = '''
from workflows.inbox import wait_for_answer

PATCH = "asks-twice"
MOST = 3


@workflow.defn(name="Call")
class Calling:
    @workflow.run
    async def run(self, start):
        """Call until somebody answers."""
        for number in range(MOST):
            await workflow.execute_local_activity_method(Calls.open_call, Open(start.lead_id), summary="Open a call")
            if (answer := await wait_for_answer(self.inbox)) is not None:
                return await self._close("answered")
        await self._close("nobody answered")

    async def _close(self, why):
        if self._told:  # nobody is told twice
            return
        await workflow.execute_activity_method(Calls.close, why, summary=f"Close: {why}")
'''
INBOX = """
async def wait_for_answer(inbox):
    await workflow.wait_condition(lambda: bool(inbox), timeout=DAY)
"""


def commands(workflow: str = WORKFLOW, inbox: str = INBOX) -> str:
    return outlines({"workflows.calling": workflow, "workflows.inbox": inbox})["Call"]


def changed(old: str, new: str) -> Change | None:
    assert old in WORKFLOW
    found = changes({"Call": commands()}, {"Call": commands(WORKFLOW.replace(old, new))})
    return found[0] if found else None


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_commands_what_is_written_down(name: str) -> None:
    found = changes({name: written().get(name, "")}, {name: at_hand().get(name, "")})
    assert not found, str(found[0])


def test_every_workflow_has_a_fingerprint_and_no_other_has_one() -> None:
    assert set(written()) == set(at_hand()) == set(NAMES)


def test_it_reads_like_the_story() -> None:
    assert commands() == (
        "MOST = 3\n"
        "\n"
        "Calling._close:\n"
        "    if self._told:\n"
        "        return\n"
        "    execute_activity_method Calls.close\n"
        "\n"
        "Calling.run:\n"
        "    for number in range(MOST):\n"
        "        execute_local_activity_method Calls.open_call\n"
        "        -> wait_for_answer(self.inbox)\n"
        "        if (answer := (await wait_for_answer(self.inbox))) is not None:\n"
        "            -> _close('answered')\n"
        "            return\n"
        "    -> _close(...)\n"
        "\n"
        "wait_for_answer:\n"
        "    wait with a timer until lambda: bool(inbox)\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Call until somebody answers.", "Call until a person answers."),
        ("  # nobody is told twice", ""),
        ('summary="Open a call"', 'summary=f"Open call {number}"'),
        ("Open(start.lead_id)", "Open(start.lead_id, urgent=True)"),
        ("nobody answered", "nobody picked up"),
        ("class Calling", "class  Calling"),
    ],
)
def test_texts_comments_and_the_data_of_requests_are_free(old: str, new: str) -> None:
    assert changed(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("Calls.close,", "Calls.shut,", "+     execute_activity_method Calls.shut"),
        ("        if self._told:", "        await workflow.sleep(1)\n        if self._told:", "+     sleep"),
        ("if self._told:", "if self._told or why:", "+     if self._told or why:"),
        ("MOST = 3", "MOST = 4", "+ MOST = 4"),
        ("            return\n        await", "            pass\n        await", "-         return"),
        ('await self._close("nobody answered")', "pass", "-     -> _close(...)"),
    ],
)
def test_a_change_without_a_patch_names_the_place_and_the_mend(old: str, new: str, seen: str) -> None:
    change = changed(old, new)
    assert change is not None
    assert not change.is_patched
    said = str(change)
    assert seen in said.splitlines()
    assert "No patch is new" in said
    assert 'workflow.patched("what-changed")' in said
    assert "python -m tests.replay.fingerprints" in said


def test_what_a_shared_function_commands_belongs_to_every_workflow_that_reaches_it() -> None:
    assert commands() != commands(inbox=INBOX.replace(", timeout=DAY", ""))


def test_what_an_attribute_is_made_as_says_which_function_is_meant() -> None:
    told = "class Register:\n    def tell(self):\n        workflow.start_activity(Reports.tell)\n"
    story = "class Story:\n    def tell(self):\n        pass\n"
    text = WORKFLOW.replace(
        "    @workflow.run", "    def __init__(self):\n        self._told = Story()\n\n    @workflow.run"
    )
    text = text.replace("        if self._told:", "        self._told.tell()\n        if self._told:")
    assert commands(text, f"{INBOX}{told}{story}") == commands()
    assert commands(text.replace("Story()", "Register()"), f"{INBOX}{told}{story}") != commands()


def test_a_change_with_a_new_patch_only_has_to_be_written_down() -> None:
    patched = "        if workflow.patched(PATCH):\n            await workflow.sleep(1)\n        if self._told:"
    change = changed("        if self._told:", patched)
    assert change is not None
    assert change.is_patched
    assert "python -m tests.replay.record" in str(change)


def test_a_workflow_that_is_gone_must_stay_while_it_runs() -> None:
    (change,) = changes({"Call": commands()}, {})
    assert "its code must stay" in str(change)
