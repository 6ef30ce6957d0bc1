"""Cases: what can be done with one, each act in one transaction with its event.

Every function takes a connection, who acts (``by``) and when (``at``); none commits. ``perform`` is the edge.
"""

from workflows.cases.actor import SYSTEM, Actor, NotPermitted, system_of
from workflows.cases.claiming import TaskClaimedByAnother, claim_task, release_task
from workflows.cases.commenting import comment, withdraw_comment
from workflows.cases.completing import FormInvalid, complete_task
from workflows.cases.copying import copy_case
from workflows.cases.correcting import cancel_case, set_data
from workflows.cases.delivering import deliver_message
from workflows.cases.firing import fire_timers
from workflows.cases.grounds import dismiss_ground, verify_ground
from workflows.cases.handing import (
    accept_task,
    decline_task,
    give_back,
    hand_over,
    lend,
    take_back,
    urge,
)
from workflows.cases.incidents import retry_incident
from workflows.cases.opening import CaseOpened, start_case
from workflows.cases.performing import perform
from workflows.cases.sending_back import send_back, withdraw_task
from workflows.cases.signatures import Mode, Round, SignaturesAwaited
from workflows.cases.signing import add_signer, ask_signatures, call_off, sign
from workflows.cases.timekeeping import extend_clock, resume_clocks, set_limit, suspend_clocks

__all__ = [
    "SYSTEM",
    "Actor",
    "CaseOpened",
    "FormInvalid",
    "Mode",
    "NotPermitted",
    "Round",
    "SignaturesAwaited",
    "TaskClaimedByAnother",
    "accept_task",
    "add_signer",
    "ask_signatures",
    "call_off",
    "cancel_case",
    "claim_task",
    "comment",
    "complete_task",
    "copy_case",
    "decline_task",
    "deliver_message",
    "dismiss_ground",
    "extend_clock",
    "fire_timers",
    "give_back",
    "hand_over",
    "lend",
    "perform",
    "release_task",
    "resume_clocks",
    "retry_incident",
    "send_back",
    "set_data",
    "set_limit",
    "sign",
    "start_case",
    "suspend_clocks",
    "system_of",
    "take_back",
    "urge",
    "verify_ground",
    "withdraw_comment",
    "withdraw_task",
]
