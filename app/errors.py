"""What the engine's errors mean on the web: one table from error to status, one page, one JSON form."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.language import in_english, said
from app.messages import gettext as _
from app.messages import lazy_gettext
from workflows.cases import FormInvalid
from workflows.errors import CaseStops, WorkflowError

logger = logging.getLogger(__name__)

#: Code of an error → status. What is not listed is the person's request that cannot be carried out: 400.
STATUSES: Final = {
    "not-permitted": 403,
    "no-such-case": 404,
    "no-such-definition": 404,
    "no-such-version": 404,
    "no-such-file": 404,
    "no-such-matter": 404,
    "list-composed-already": 409,
    "no-such-notice": 404,
    "no-such-register-here": 404,
    "no-such-person": 404,
    "not-leaving": 404,
    "person-exists": 409,
    "leaving-already": 409,
    "no-such-group": 422,
    "unusable-name": 422,
    "unusable-day": 422,
    "unusable-skill": 422,
    "unusable-successor": 422,
    "no-such-queue": 404,
    "no-such-draft": 404,
    "draft-too-large": 413,
    "nothing-to-take": 409,
    "no-such-ground": 404,
    "ground-decided": 409,
    "own-work": 403,
    "no-such-clock": 404,
    "no-such-extension-request": 404,
    "own-application": 403,
    "clock-expired": 409,
    "clock-suspended": 409,
    "clock-not-suspended": 409,
    "no-clock-to-suspend": 409,
    "already-extended": 409,
    "extension-request-decided": 409,
    "extension-request-pending": 409,
    "extension-too-long": 422,
    "no-later-end": 422,
    "no-such-procedure": 422,
    "no-such-approver": 422,
    "document-missing": 422,
    "invalid-period": 422,
    "last-administrator": 409,
    "case-ended": 409,
    "case-busy": 409,
    "conflicting-change": 409,
    "task-not-open": 409,
    "message-not-awaited": 409,
    "task-claimed-by-another": 409,
    "incident-not-open": 409,
    "clock-not-controlled": 409,
    "draft-changed": 409,
    "no-draft": 409,
    "second-person-needed": 403,
    "no-such-task": 404,
    "no-such-calendar-batch": 404,
    "calendar-changed": 409,
    "calendar-batch-under-way": 409,
    "nothing-changes": 409,
    "unusable-notice": 422,
    "form-invalid": 422,
    "idempotency-key-reused": 422,
    "not-offered": 409,
    "already-offered": 409,
    "not-lent": 409,
    "task-lent": 409,
    "no-way-back": 409,
    "not-withdrawable": 409,
    "to-yourself": 422,
    "nobody-named": 422,
    "nobody-to-sign": 422,
    "own-signature": 422,
    "answer-missing": 422,
    "opinion-missing": 422,
    "signatures-under-way": 409,
    "signatures-awaited": 409,
    "no-signatures-awaited": 409,
    "already-asked": 409,
    "note-missing": 422,
    "nobody-to-copy": 422,
    "copy-to-yourself": 422,
    "not-to-be-copied": 403,
    "no-such-copy": 404,
    "unusable-absence": 422,
    "absence-overlaps": 409,
    "substitute-away": 409,
    "no-such-absence": 404,
    "reason-missing": 422,
    "no-counter": 404,
    "no-such-visit": 404,
    "visit-invalid": 422,
    "visit-struck-out": 409,
    "visit-too-old": 409,
    "nothing-to-receive": 409,
    "no-case-to-open": 409,
    "comment-unusable": 422,
    "no-such-comment": 404,
    "not-your-comment": 403,
    "mentioned-cannot-read": 422,
    "mention-unclear": 422,
    "no-such-notification": 404,
    "unusable-preferences": 422,
    "unusable-webhook": 422,
    "no-webhook": 404,
    "no-such-letter": 404,
    "values-unusable": 422,
    "file-too-large": 413,
    "file-type-refused": 415,
    "notice-unprintable": 500,
}
#: Status → heading of the page, and what the person can do next.
_ADVICE: Final = {
    400: (lazy_gettext("无法办理"), lazy_gettext("请返回上一页检查后再试。")),
    401: (lazy_gettext("需要登录"), lazy_gettext("请登录，或使用有效的令牌。")),
    403: (lazy_gettext("没有权限"), lazy_gettext("如确需办理，请联系本单位负责人或流程管理员。")),
    404: (lazy_gettext("没有找到"), lazy_gettext("请核对编号，或从待办列表进入。")),
    405: (lazy_gettext("无法办理"), lazy_gettext("请返回上一页检查后再试。")),
    409: (lazy_gettext("情况已有变化"), lazy_gettext("请回到待办列表，按最新的情况办理。")),
    413: (lazy_gettext("内容过大"), lazy_gettext("请缩小文件后重新上传。")),
    415: (lazy_gettext("文件类型不符"), lazy_gettext("请换成可接受的文件类型后重新上传。")),
    422: (lazy_gettext("填写有误"), lazy_gettext("请返回上一页按提示更正。")),
    429: (lazy_gettext("尝试次数过多"), lazy_gettext("请稍等一分钟再试。")),
    500: (
        lazy_gettext("系统出错"),
        lazy_gettext("没有任何内容被保存。请稍后再试；仍不行的，把发生的时间告诉系统管理员。"),
    ),
}


def attach(app: Flask) -> None:
    """Answer errors with a page that says what happened and what to do, or with problem+json."""
    app.register_error_handler(WorkflowError, _of_engine)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _of_web)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: WorkflowError) -> int:
    """The HTTP status of an error of the engine."""
    return 409 if isinstance(error, CaseStops) else STATUSES.get(error.code, 400)


def _of_engine(error: WorkflowError) -> ResponseReturnValue:
    advice = None
    if isinstance(error, CaseStops):
        advice = _("填写的内容没有丢失，已连同异常一并保存；流程管理员处理后会继续办理，不必重复提交。")
    errors: Mapping[str, str] = {}
    if isinstance(error, FormInvalid):
        errors = error.errors_en if in_english() else error.errors
    return _answer(status_of(error), error.code, said(error), advice, errors)


def _expired(error: CSRFError) -> ResponseReturnValue:
    return _answer(
        400, "page-expired", _("页面已经过期，为安全起见没有执行。"), _("请返回上一页刷新后再试。")
    )


def _of_web(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    refused = dict(_refused_fields(getattr(error, "data", {}).get("messages") or {}))
    return _answer(status, "request-invalid" if refused else f"http-{status}", "", None, refused)


def _refused_fields(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Path of a field → what is wrong with it, out of what a schema says of the parts of a request."""
    if not isinstance(messages, Mapping):
        said_of_it = messages if isinstance(messages, list) else [messages]
        yield path.partition(".")[2], " ".join(map(str, said_of_it))
        return
    for name, inner in messages.items():
        yield from _refused_fields(inner, f"{path}.{name}" if path else str(name))


def _unexpected(error: Exception) -> ResponseReturnValue:
    logger.error("A request failed", exc_info=error, extra={"action": "request-failed", "path": request.path})
    return _answer(500, "internal-error", "", None)


def _answer(
    status: int, code: str, message: str, advice: str | None, errors: Mapping[str, str] = MappingProxyType({})
) -> ResponseReturnValue:
    heading, usual = _ADVICE.get(status, _ADVICE[400 if status < 500 else 500])
    if wants_json():
        problem = jsonify(
            type=f"urn:guicheng:{code}",
            title=str(heading),
            status=status,
            detail=message or str(advice or usual),
            code=code,
            **({"errors": dict(errors)} if errors else {}),
        )
        problem.mimetype = "application/problem+json"
        if status == 401:
            problem.headers["WWW-Authenticate"] = "Bearer"
        return problem, status
    page = render_template(
        "error_page/show.html", heading=heading, message=message, advice=advice or usual, code=code
    )
    return page, status


def wants_json() -> bool:
    """Whether a program asks: under ``/api``, or one that prefers JSON to a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in ("application/json", "application/problem+json")
