"""Everything that can be done to the catalogue and to service requests."""

from requests.actions.agreeing import approve, ask, ask_for_leave, drift, heard, reject
from requests.actions.cart import order_cart, put_in_cart, take_from_cart
from requests.actions.ending import cancel, compensate, confirm, settle, skip
from requests.actions.fulfilling import advance, note_run
from requests.actions.keeping import keep_item, keep_version, keep_whole, take_in
from requests.actions.leasing import extend, reclaim, remind
from requests.actions.ordering import Line, change_answers, order_again, place_order, revise, submit
from requests.actions.tasks import finish_task, note_task
from requests.actions.working import (
    assign,
    begin,
    fail,
    fulfil,
    hold,
    repair,
    resume,
    start,
    unassign,
)

__all__ = [
    "Line",
    "advance",
    "approve",
    "ask",
    "ask_for_leave",
    "assign",
    "begin",
    "cancel",
    "change_answers",
    "compensate",
    "confirm",
    "drift",
    "extend",
    "fail",
    "finish_task",
    "fulfil",
    "heard",
    "hold",
    "keep_item",
    "keep_version",
    "keep_whole",
    "note_run",
    "note_task",
    "order_again",
    "order_cart",
    "place_order",
    "put_in_cart",
    "reclaim",
    "reject",
    "remind",
    "repair",
    "resume",
    "revise",
    "settle",
    "skip",
    "start",
    "submit",
    "take_from_cart",
    "take_in",
    "unassign",
]
