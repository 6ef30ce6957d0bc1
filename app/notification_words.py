"""Words for notifications and letters: groups, kinds, to whom they go, and what went wrong in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Flask, url_for
from flask_login import current_user

from app.installation import installation
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from workflows.database import glance
from workflows.notifications.board import Notification, unread_count
from workflows.notifications.words import DIGEST, Group
from workflows.undelivered import UndeliveredLetter

GROUPS: Final[Mapping[Group, Any]] = {
    Group.PASSED: lazy_gettext("交给我的工作"),
    Group.ANSWERED: lazy_gettext("我交出去的工作"),
    Group.URGED: lazy_gettext("催我办理"),
    Group.DEADLINE: lazy_gettext("期限提醒"),
    Group.MENTIONED: lazy_gettext("提到我、抄送给我"),
    Group.MESSAGE: lazy_gettext("流程通知"),
    Group.ABSENCE: lazy_gettext("人员外出"),
    Group.DIGEST: lazy_gettext("每日摘要"),
    Group.OTHER: lazy_gettext("其他通知"),
}
#: What each group is about, for people who decide about it.
GROUP_HINTS: Final[Mapping[Group, Any]] = {
    Group.PASSED: lazy_gettext("分派、转办、委派、会签、退回给我"),
    Group.ANSWERED: lazy_gettext("被接收、退还、归还、签署、撤回"),
    Group.URGED: lazy_gettext("有人催我办理"),
    Group.DEADLINE: lazy_gettext("将到期、黄牌、红牌、已超期"),
    Group.MENTIONED: lazy_gettext("同事在备注里提到我，或抄送给我"),
    Group.MESSAGE: lazy_gettext("制度规定要告知我的事"),
    Group.ABSENCE: lazy_gettext("本部门有人外出无人替班"),
    Group.DIGEST: lazy_gettext("每个工作日一次：手上的、到期的、部门新到的"),
    Group.OTHER: lazy_gettext("不属于以上几类的通知"),
}
_KINDS: Final = {
    "mail": lazy_gettext("邮件"),
    "phone": lazy_gettext("短信等"),
    "gateway": lazy_gettext("对外通知"),
    "notify": lazy_gettext("站内通知"),
    "start-case": lazy_gettext("另立案件"),
    "send-message": lazy_gettext("给另一案件的消息"),
}
#: Beginning of an error → what that means to somebody who is to mend it.
_ERRORS: Final = (
    ("ConnectionRefusedError", lazy_gettext("对方服务器没有开启，或地址、端口写错了。")),
    ("TimeoutError", lazy_gettext("对方服务器长时间没有答复，请检查网络。")),
    ("ServerDown", lazy_gettext("邮件服务器刚才没有答复，系统稍后再发。")),
    ("gaierror", lazy_gettext("找不到对方服务器，请检查地址。")),
    ("SSL", lazy_gettext("加密连接没有建立，请检查对方的证书。")),
    ("NotEncrypted", lazy_gettext("邮件服务器不支持加密，系统不在明文连接上发送密码。")),
    ("SMTPAuthenticationError", lazy_gettext("邮件服务器不接受系统的用户名或密码。")),
    ("SMTPRecipientsRefused", lazy_gettext("邮件服务器说没有这个收件地址，请本人核对邮箱。")),
    ("SMTPSenderRefused", lazy_gettext("邮件服务器不接受发件人地址。")),
    ("SMTP", lazy_gettext("邮件服务器没有收下这封邮件。")),
    ("NotTaken", lazy_gettext("接口有答复，但没有收下。")),
    ("HTTPError", lazy_gettext("接口有答复，但没有收下。")),
    ("AddressNotAllowed", lazy_gettext("接口在内网，须由系统运行人员列入允许名单。")),
    ("OSError", lazy_gettext("网络连接失败。")),
    ("URLError", lazy_gettext("网络连接失败。")),
    ("Connection", lazy_gettext("网络连接中断。")),
    ("NotAwaited", lazy_gettext("对方案件现在不等这条消息。")),
    ("ForeignProcess", lazy_gettext("制度不属于本单位，不能由此立案。")),
)


def attach(app: Flask) -> None:
    """Put the words and the number of unread notifications where templates find them."""
    app.jinja_env.globals.update(
        unread_notifications=unread_notifications,
        notification_group=lambda group: GROUPS[group],
        letter_kind=letter_kind,
        letter_error=letter_error,
    )


def unread_notifications() -> int:
    """How many the person of this request has not read; 100 stands for more than 99."""
    if not current_user.is_authenticated:
        return 0
    with glance(installation().engine) as connection:
        return unread_count(connection, me().user)


def target(one: Notification) -> str:
    """The page a notification leads to, which decides itself what its reader may see."""
    if one.what in (DIGEST, "work-handed-on"):
        return url_for("inbox.show")
    if one.what == "absence-unattended":
        return url_for("absence_pages.show")
    if one.what == "visit-passed":
        return url_for("visit_pages.passed")
    if one.number and one.task is not None:
        return url_for("task_page.show", case_number=one.number, number=one.task)
    if one.number:
        return url_for("case_pages.show", case_number=one.number)
    return url_for("notification_pages.show")


def letter_kind(kind: str) -> str:
    """What a letter is."""
    return str(_KINDS.get(kind, kind))


def letter_error(letter: UndeliveredLetter) -> str:
    """Why a letter has not arrived, in plain words."""
    if letter.taken:
        return _("正在发送，还没有答复。")
    if not letter.attempts:
        return _("还没有人送：后台服务没有运行，或没有设置发送方式。")
    for beginning, words in _ERRORS:
        if letter.error.startswith(beginning):
            return str(words)
    return _("没有送到，原因见下。")


def receivers(letters: Iterable[UndeliveredLetter]) -> set[str]:
    """Users whom letters are for, so that they can be named."""
    return {str(one.body["user"]) for one in letters if one.body.get("user")}
