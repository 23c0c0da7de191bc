"""What people may do: permission namespaces, resources and policies, data, and who may use which application."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.permissions.department_rights import DepartmentRights
from poolhouse.permissions.policies import DataPolicyService
from poolhouse.permissions.questions import DataPermissions
from poolhouse.permissions.reasons import DataReasons
from poolhouse.permissions.resources import DataResourceService
from poolhouse.permissions.targets import PolicyTargets
from poolhouse.permissions.views import PermissionView
from poolhouse.resources.app_access import AppAccessService
from poolhouse.resources.authorization import AuthorizationService
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.resources.policies import PolicyService
from poolhouse.resources.principals import Principals
from poolhouse.resources.reasons import AccessReasons
from poolhouse.resources.service import ResourceService
from poolhouse.services.core import Core, Raw
from poolhouse.services.people import Memberships, Unchecked


@dataclass(frozen=True)
class Access:
    namespaces: NamespaceService
    resources: ResourceService
    policies: PolicyService
    authorization: AuthorizationService
    access_reasons: AccessReasons
    data_reasons: DataReasons
    app_access: AppAccessService
    data_resources: DataResourceService
    data_policies: DataPolicyService
    data_permissions: DataPermissions
    permission_view: PermissionView
    department_rights: DepartmentRights


def build_access(raw: Raw, core: Core, unchecked: Unchecked, memberships: Memberships) -> Access:
    db, audit = raw.db, core.audit
    namespaces = NamespaceService(db, audit, raw.role_removal)
    principals = Principals(
        db=db,
        users=unchecked.records,
        groups=memberships.groups,
        roles=memberships.roles,
        orgs=memberships.orgs,
        members=memberships.department_members,
    )
    access_reasons = AccessReasons(db=db, groups=memberships.groups, members=memberships.department_members)
    return Access(
        namespaces=namespaces,
        resources=ResourceService(db, audit, namespaces),
        policies=PolicyService(db=db, audit=audit, namespaces=namespaces, principals=principals),
        authorization=AuthorizationService(db=db, audit=audit, namespaces=namespaces, principals=principals),
        access_reasons=access_reasons,
        data_reasons=DataReasons(db, access_reasons),
        app_access=AppAccessService(db=db, audit=audit, apps=core.apps, principals=principals, box=raw.box),
        data_resources=DataResourceService(db, audit, namespaces),
        data_policies=DataPolicyService(db=db, audit=audit, targets=PolicyTargets(db, principals)),
        data_permissions=DataPermissions(db=db, namespaces=namespaces, principals=principals),
        permission_view=PermissionView(db),
        department_rights=DepartmentRights(db, memberships.orgs, memberships.department_members),
    )
