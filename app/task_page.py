"""One task: what to do, on which clause, the form to fill in; and the buttons that do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Connection

from app.answering import Answers, files_named, posted_answers
from app.case_view import CaseView, case_view
from app.installation import installation
from app.language import in_english
from app.signing_in import me
from workflows import cases
from workflows.attachments import ENDINGS, file_under, usable_files
from workflows.cases import FormInvalid
from workflows.cases.identities import conceal_none, mask, reveal
from workflows.cases.incidents import described
from workflows.database import reading
from workflows.engine.stepping import TaskNotOpen
from workflows.forms.showing import initial_answers, show_form
from workflows.inbox import first_task
from workflows.reading.access import check_task_reader, may_do_task
from workflows.reading.case_data import Datum, labelled_by
from workflows.reading.law import Clause, clauses_of
from workflows.reading.printing import title_of
from workflows.reading.task_sheet import TaskSheet, task_sheet

blueprint = Blueprint("task_page", __name__)
