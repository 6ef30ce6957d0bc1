"""The shape of every error: a problem document (RFC 9457)."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProblemShape(Schema):
    """An error. ``code`` never changes its meaning; ``title`` and ``detail`` are for people."""

    type = fields.String(required=True, metadata={"examples": ["urn:guicheng:form-invalid"]})
    title = fields.String(required=True, metadata={"examples": ["填写有误"]})
    status = fields.Integer(required=True, metadata={"examples": [422]})
    detail = fields.String(required=True, metadata={"examples": ["表单填写有误,请按提示更正。"]})
    code = fields.String(required=True, metadata={"examples": ["form-invalid"]})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "description": "Path of a field → what is wrong with it; only where fields are to blame.",
            "examples": [{"applicant": "必填"}],
        },
    )
