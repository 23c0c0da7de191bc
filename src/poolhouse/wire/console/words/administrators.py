"""Words of the pages about administrators."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "administrators": ("管理员", "Administrators"),
    "administrators_help": (
        "管理员属于服务器，与用户池中的用户无关。服务器所有者管理所有用户池和管理员，其他人只有您给的角色",
        "Administrators belong to the server and are no users of a pool. Owners of the server manage every pool and "
        "every administrator; everybody else has the roles that you give",
    ),
    "admin_in_pool_help": (
        "谁可以管理这个用户池。服务器所有者都可以，不需要角色。新管理员由服务器所有者创建",
        "Who may administer this pool. Owners of the server all may, without a role. They make new administrators",
    ),
    "admin_add": ("添加管理员", "Add an administrator"),
    "admin_add_help": (
        "输入已有管理员的用户名，并选择角色",
        "Type the username of an administrator there is, and choose roles",
    ),
    "admin_roles_here": ("在此用户池的角色", "Roles in this pool"),
    "admin_roles_change": ("修改角色", "Change roles"),
    "admin_roles_own": (
        "不能修改自己的角色：请由另一位所有者操作",
        "Your own roles are changed by another owner",
    ),
    "admin_roles_needed": ("请至少选择一个角色", "Choose at least one role"),
    "admin_find": ("用户名或姓名", "Username or name"),
    "admin_new": ("新建管理员", "New administrator"),
    "admin_new_help": (
        "密码由系统生成，显示一次，首次登录时必须修改",
        "The password is made for you and shown once; the first sign-in asks for another",
    ),
    "admin_create": ("新建", "Create"),
    "admin_is_owner": ("服务器所有者", "Owner of the server"),
    "admin_is_owner_help": (
        "可以管理所有用户池和所有管理员",
        "Does everything in every pool, and manages administrators",
    ),
    "admin_owner_everywhere": (
        "服务器所有者在所有用户池中都有全部权限，不需要角色",
        "An owner of the server may do everything in every pool and needs no role",
    ),
    "admin_active": ("正常", "Active"),
    "admin_disabled": ("已停用", "Disabled"),
    "admin_must_change": ("下次登录须修改密码", "Must change the password at the next sign-in"),
    "admin_password_set": ("密码设置时间", "Password set"),
    "admin_roles": ("在各用户池的角色", "Roles in pools"),
    "admin_no_roles": ("没有任何角色", "No role in any pool"),
    "admin_role_give": ("在另一个用户池中授予角色", "Give roles in another pool"),
    "admin_roles_save": ("保存角色", "Save roles"),
    "admin_roles_none_help": (
        "不选任何角色即收回：对此人来说，这个用户池等于不存在",
        "Without a role, the pool is taken away: it does not exist for them",
    ),
    "admin_applications": ("只限于这些应用", "Limited to these applications"),
    "admin_applications_help": (
        "一个都不选则不限。只有角色仅为“应用编辑者”时才能限定",
        "None of them for all. Only an editor of applications, with no other role, can be limited",
    ),
    "admin_limited": ("限于 {count} 个应用", "limited to {count} applications"),
    "admin_departments": ("只限于这些部门", "Limited to these departments"),
    "admin_departments_help": (
        "包括其所有下级部门和其中的人；一个都不选则不限。只有角色仅为“用户编辑者”、“组织编辑者”或“查看者”时才能限定",
        "With all below them, and the people in them. None of them for everybody. Only an editor of users or of "
        "organizations or a viewer, with no other role, can be limited",
    ),
    "admin_in_departments": ("限于 {count} 个部门", "limited to {count} departments"),
    "admin_pool": ("用户池编号", "Pool id"),
    "admin_pool_gone": ("已删除的用户池", "A pool that is gone"),
    "admin_sessions": ("登录", "Sessions"),
    "admin_no_sessions": ("没有登录", "Signed in nowhere"),
    "admin_end_all": ("结束所有登录", "End every session"),
    "admin_passkey_remove": ("删除", "Remove"),
    "admin_passkey_remove_help": (
        "此人不能再用这个通行密钥登录；其他通行密钥和密码不变",
        "They sign in with this passkey no more; their other passkeys and the password stay",
    ),
    "admin_passkeys_none": ("没有通行密钥", "No passkeys"),
    "admin_site": ("站点", "Site"),
    "admin_keys": ("访问密钥", "Access keys"),
    "admin_keys_help": (
        "在用户池的“访问密钥”页停用和删除",
        "They are disabled and deleted on the page of access keys of their pool",
    ),
    "admin_keys_none": ("没有访问密钥", "No access keys"),
    "admin_once": ("请现在记下密码", "Copy the password now"),
    "admin_once_help": (
        "只显示这一次。请用安全的方式交给本人，首次登录时必须修改",
        "It is shown this once. Hand it over by a safe way; the first sign-in asks for another",
    ),
    "admin_sign_in_at": ("登录地址", "Signs in at"),
    "admin_me": ("这是您自己的账号", "This is your own account"),
    "admin_me_help": (
        "不能停用、删除或重置自己，也不能放弃所有权：请由另一位所有者操作。密码和第二因素在“我的账号”中修改",
        "You cannot disable, delete or reset yourself, or give up ownership: another owner can. Your password and your "
        "second factor are changed under “My account”",
    ),
    "admin_not_oneself": ("不能对自己操作", "Not to be done to oneself"),
    "admin_more": ("更多操作", "More"),
    "admin_enable": ("恢复", "Enable"),
    "admin_reset": ("重置密码", "Reset password"),
    "admin_reset_help": (
        "生成新密码并显示一次；解除第二因素和登录锁定，删除通行密钥，结束所有登录",
        "A new password is made and shown once. Second factor, passkeys and any lock are removed, and every session "
        "ends",
    ),
    "admin_disable": ("停用", "Disable"),
    "admin_disable_help": (
        "立即结束所有登录，不能再登录；其访问密钥失效，恢复后重新可用",
        "Every session ends at once and nobody signs in with it; its access keys open nothing until it is enabled",
    ),
    "admin_owner": ("设为服务器所有者", "Make an owner of the server"),
    "admin_owner_help": (
        "将能管理所有用户池和所有管理员，包括您",
        "May then do everything in every pool, and manages every administrator, you among them",
    ),
    "admin_no_owner": ("收回服务器所有权", "Take the ownership away"),
    "admin_no_owner_help": (
        "此后只有在各用户池的角色",
        "Only the roles in pools are left then",
    ),
    "admin_delete": ("删除管理员", "Delete the administrator"),
    "admin_delete_help": (
        "账号、角色、登录和通行密钥都会删除，不能恢复；审计日志中的记录保留。只是暂时离开请用停用",
        "The account, its roles, sessions and passkeys are deleted for good; what it did stays in the audit log. "
        "Disabling is for a while",
    ),
    "admin_confirm_wrong": (
        "输入的用户名不符，什么也没有做",
        "That is not the username: nothing was done",
    ),
    "role_owner": ("所有者", "Owner"),
    "role_owner_help": ("用户池中的一切", "Everything in the pool"),
    "role_user_editor": ("用户编辑者", "Editor of users"),
    "role_user_editor_help": (
        "可看除密钥外的一切，可改用户、身份和分组",
        "Reads all but secrets; changes users, identities and groups",
    ),
    "role_application_editor": ("应用编辑者", "Editor of applications"),
    "role_application_editor_help": (
        "可改应用、角色、资源和策略，看不到个人信息",
        "Changes applications, roles, resources and policies, without people",
    ),
    "role_custom_database_editor": ("自定义数据库编辑者", "Editor of the custom database"),
    "role_custom_database_editor_help": (
        "可改连接和脚本。脚本会收到登录者的密码，请像所有者一样谨慎授予",
        "Changes connection and scripts. These receive passwords: give it as carefully as owner",
    ),
    "role_organization_editor": ("组织编辑者", "Editor of organizations"),
    "role_organization_editor_help": (
        "可看除密钥外的一切，可改组织、岗位和租户",
        "Reads all but secrets; changes organizations, posts and tenants",
    ),
    "role_viewer": ("查看者", "Viewer"),
    "role_viewer_help": ("可看除密钥外的一切", "Reads all but secrets"),
    "role_viewer_without_personal_data": ("查看者（不含个人信息）", "Viewer without personal data"),
    "role_viewer_without_personal_data_help": (
        "可看除密钥和个人信息外的一切",
        "Reads all but secrets and what is about people",
    ),
}
