"""A call for every row of the table: a pool with one of everything, and a body made from the row's struct."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect as shapes

from poolhouse.accounts.service import NewAccount
from poolhouse.caller import Caller
from poolhouse.errors import NotSupportedByDirectory
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.permissions.model import (
    DataResourceDraft,
    DraftStatement,
    ExtendField,
    FieldType,
    Kind,
    TreeNode,
)
from poolhouse.posts.model import PostDraft
from poolhouse.resources.model import Effect
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.endpoint import Endpoint

FRESH = frozenset({"username", "email", "phone", "externalId", "newCode"})
"""Fields of new things, which must not meet the sown ones."""
DATA = re.compile(
    "data-resource|data-polic|dnef|user-permission|user-resource|resource-targets|^check-permission$|level"
)
"""Paths about data resources and data policies."""
SENT_ANYWAY = frozenset({"username", "type"})
"""Optional for us; a user needs one identifier, and the Python client wants a key's type."""


@dataclass(frozen=True, slots=True)
class Sown:
    """A pool, its key pair, and what the sample of a field is by the field's name."""

    pool_id: str
    secret: str
    values: dict[str, Any]


async def sow(services: Services, pool_id: str | None = None) -> Sown:
    """In a new pool, or in one that was made ready."""
    pool = await (services.pools.get(pool_id) if pool_id else services.pools.create("sown"))
    admin = Caller(pool_id=pool.id, kind="administrator", actor_id=pool.id)
    draft = UserDraft(
        {
            "username": "bob",
            "email": "bob@example.com",
            "phone": "18800008888",
            "external_id": "bob-elsewhere",
        },
        password="correct horse",
    )
    (user,) = await services.accounts.create(admin, [NewAccount(draft)])
    app = await services.apps.create(admin, "shop")
    await services.groups.create(admin, GroupDraft("staff", "Staff"))
    await services.roles.create(admin, RoleDraft("boss", name="Boss"))
    await services.fields.define(admin, [FieldDraft(TargetType.USER, "school", DataType.STRING)])
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Acme", "code": "acme"}))
    node = await services.orgs.create_node(
        admin, org.id, org.root.id, NodeDraft({"name": "Lab", "code": "lab"})
    )
    post = await services.posts.create(admin, PostDraft("seat", "Seat"))
    size = ExtendField("size", "Size", FieldType.STRING)
    files = DataResourceDraft("files", "Files", Kind.TREE, (TreeNode("a", "A"),), ("read",), None, (size,))
    await services.data_resources.create(admin, "default", files)
    said = DraftStatement(Effect.ALLOW, ("default/files/a/read",))
    policy = await services.data_policies.create(admin, "readers", [said])
    await services.data_policies.authorize(admin, [policy.id], [(GrantTarget.USER, user.id)])
    key = await services.access_keys.create(admin)
    job_id, position = "", 0
    with suppress(NotSupportedByDirectory):  # where the users are in somebody's own database
        job = await services.import_jobs.create(admin)
        job = await services.import_jobs.put(admin, job.id, "refused\n" * 3, 0)
        job_id, position = job.id, job.journal.position
    file_id = ""
    with suppress(NotSupportedByDirectory):
        table = b"username\nsown-by-file\n"
        file_id = (await services.import_files.create(admin, "people.csv", "csv", len(table))).id
        await services.import_files.put(admin, file_id, 0, table)
    await services.mfa.import_secrets(admin, [(user.id, "JBSWY3DPEHPK3PXP", None)])
    values = {
        "userId": user.id,
        "userIds": [user.id],
        "appId": app.id,
        "appIds": [app.id],
        "jobId": job_id,
        "fileId": file_id,
        "position": position,
        "accessKeyId": key.id,
        "accessKeySecret": key.secret,
        "organizationCode": "acme",
        "organizationCodeList": ["acme"],
        "departmentId": node.id,
        "postId": post.id,
        "policyId": policy.id,
        "policyIds": [policy.id],
        "postIds": [post.id],
        "idList": post.id,
        "departmentIds": [node.id],
        "departmentIdType": "department_id",
        "namespace": "default",
        "namespaceCode": "default",
        "targetType": "USER",
        "targetIdentifier": user.id,
        "targetId": user.id,
        "domain": "shop-front",
        "authIds": [f"{app.id}:USER:default:{user.id}"],
        "enabledFactors": ["OTP"],
        "dataType": "STRING",
        "tenantId": "",
        "customData": {"school": "x"},
        "page": 1,
        "limit": 10,
        "secret": "JBSWY3DPEHPK3PXP",
        "key": "school",
        "userIdType": "user_id",
    }
    return Sown(pool.id, pool.secret, values)


def sample(row: Endpoint, sown: Sown, also: Collection[str] = ()) -> dict[str, Any] | None:
    """Every field that must be there, by its name where it is known, else by its type.

    `also`: optional for us, but a client will not call without it (lower case, no underscores).
    """
    if row.request is None:
        return None
    values = dict(sown.values)
    family = row.path.rpartition("/")[2]
    if "role" in family:
        values |= {"code": "boss", "codeList": ["boss"], "roleCode": "boss"}
    elif "group" in family:
        values |= {"code": "staff", "codeList": ["staff"]}
    elif "post" in family:
        values |= {"code": "seat"}
    elif "auth" in family:
        values |= {"id": values["authIds"][0]}
    elif "department" in family or "organization" in family:
        values |= {"code": "lab"}
    if DATA.search(family):
        values |= {"resourceCode": "files", "resources": ["files/a"], "resource": "files", "key": "size"}
        values |= {"resourceNodeCodes": ["a"], "externalId": "bob-elsewhere", "action": "read"}
        values |= {
            "permissions": ["default/files/a/read"],
            "id": values["userId"],
            "type": "USER" if "polic" in family else "TREE",
        }
        values["struct"] = (
            "x" if "string" in family else ["x"] if "array" in family else [{"code": "a", "name": "A"}]
        )
    if DATA.search(family) and "create" in family:
        values |= {"resourceCode": "files" if "dnef" in family else f"r{new_id()}", "key": f"k{new_id()}"}
    if family.startswith("create"):
        values |= {"code": f"c{new_id()}", "codeList": None, "username": f"u{new_id()}"}
        values["organizationCode"] = f"o{new_id()}" if "organization" in family else "acme"
        values["parentDepartmentId"] = values["departmentId"]
    return _struct(shapes.type_info(row.request), values, also)


def _struct(info: Any, values: dict[str, Any], also: Collection[str] = ()) -> dict[str, Any]:
    made = {}
    for field in info.fields:
        name = field.encode_name
        if field.required or name in SENT_ANYWAY or name.replace("_", "").lower() in also:
            made[name] = values[name] if values.get(name) is not None else _value(field.type, name, values)
    return made


def _value(kind: Any, name: str, values: dict[str, Any]) -> Any:
    if isinstance(kind, shapes.UnionType):
        return _value(next(k for k in kind.types if not isinstance(k, shapes.NoneType)), name, values)
    if isinstance(kind, shapes.StructType):
        return _struct(kind, values)
    if isinstance(kind, shapes.ListType):
        return [_value(kind.item_type, name, values)]
    if isinstance(kind, shapes.LiteralType):
        return kind.values[0]
    if isinstance(kind, shapes.BoolType):
        return True
    if isinstance(kind, shapes.IntType | shapes.FloatType):
        return 1
    if isinstance(kind, shapes.StrType):
        return f"{name[:8]}-{new_id()[-6:]}"
    return {}


REFUSED = {"statusCode", "message", "apiCode", "requestId", "data"}


def fits(row: Endpoint, answer: dict[str, Any]) -> None:
    """Raises if an answer is not the envelope with the row's `data`."""
    assert isinstance(answer["message"], str)
    assert answer["requestId"]
    if answer["statusCode"] != 200:
        assert answer.keys() == REFUSED
        assert isinstance(answer["apiCode"], int)
        assert answer["data"] is None
    elif row.response is None:
        assert answer.get("data") is None
    else:
        msgspec.convert(answer["data"], row.response)
