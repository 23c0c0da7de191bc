"""What an old table holds, and how its hash is written here: docs/reference/hashes.md is made of these rows.

Each row is the declaration of one verifier (`format`, a name of `foreign_formats.FORMATS`). In `write` words in
capitals stand for the table's values; empty is what the table has, as it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Legacy:
    """`of`: the systems that hold such; `has`: what is in their table; both for people."""

    of: str
    has: str
    write: str
    format: str


_SALTED, _PLAIN = "salted digest", "plain digest in hex"
_ASPNET = "PBKDF2, ASP.NET Identity"

LEGACY: tuple[Legacy, ...] = (
    Legacy("custom PHP, osCommerce", "`md5($salt . $password)`", "md5$SALT$HEX", _SALTED),
    Legacy("custom PHP, Joomla 1.5", "`md5($password . $salt)`", "md5-suffix$SALT$HEX", _SALTED),
    Legacy("Discuz, UCenter, vBulletin", "`md5(md5($password) . $salt)`", "md5-nested$SALT$HEX", _SALTED),
    Legacy("custom PHP", "`md5(md5($password))`", "md5-nested$$HEX", _SALTED),
    Legacy("custom PHP", "`sha1($salt . $password)`", "sha1$SALT$HEX", _SALTED),
    Legacy("any", "SHA-256 of salt and password, in hex", "sha256$SALT$HEX", _SALTED),
    Legacy("any", "SHA-256 of password and salt, in hex", "sha256-suffix$SALT$HEX", _SALTED),
    Legacy("any", "the same with a salt of bytes", "sha256-suffix$hex:SALT_IN_HEX$HEX", _SALTED),
    Legacy("any", "SM3 of salt and password, in hex", "sm3$SALT$HEX", _SALTED),
    Legacy("any", "HMAC-SHA-256 keyed with the salt, in hex", "hmac-sha256$SALT$HEX", "HMAC"),
    Legacy("any", "`md5($password)`, in hex", "", _PLAIN),
    Legacy("any", "SHA-1 of the password, in hex", "", _PLAIN),
    Legacy("any", "SHA-256 of the password, in hex", "", _PLAIN),
    Legacy("Laravel, PHP's `password_hash`", "`$2y$10$...`", "", "bcrypt"),
    Legacy("Devise without a pepper, Spring, Node", "`$2a$10$...`", "", "bcrypt"),
    Legacy("Spring", "`{bcrypt}$2a$10$...`", "", "bcrypt, Spring"),
    Legacy("WordPress from 6.8 on", "`$wp$2y$10$...`", "", "bcrypt over HMAC-SHA384, WordPress"),
    Legacy("WordPress before 6.8", "`$P$B...`", "", "phpass"),
    Legacy("phpBB 3", "`$H$9...`", "", "phpass"),
    Legacy("Drupal 7", "`$S$D...`", "", "phpass over SHA-512, Drupal 7"),
    Legacy("Django", "`pbkdf2_sha256$260000$...`", "", "PBKDF2-SHA256, Django"),
    Legacy("Django", "`argon2$argon2id$v=19$...`", "", "argon2, Django"),
    Legacy("Django", "`bcrypt_sha256$$2b$12$...`", "", "bcrypt over SHA-256, Django"),
    Legacy("Django", "`scrypt$16384$...`", "", "scrypt, Django"),
    Legacy("Django before 1.4", "`sha1$salt$...`", "", _SALTED),
    Legacy("Werkzeug, Flask", "`scrypt:32768:8:1$...`", "", "scrypt, Werkzeug"),
    Legacy("Werkzeug, Flask", "`pbkdf2:sha256:600000$...`", "", "PBKDF2-SHA256, Werkzeug"),
    Legacy("passlib", "`$pbkdf2-sha256$29000$...`", "", "PBKDF2-SHA256, passlib"),
    Legacy("ASP.NET Identity 2", "base64 that begins with `AA`", "", _ASPNET),
    Legacy("ASP.NET Core Identity (3)", "base64 that begins with `AQAAAA`", "", _ASPNET),
    Legacy(
        "Keycloak before 25",
        "algorithm `pbkdf2-sha256`",
        "$pbkdf2-sha256$ITERATIONS$SALT$VALUE",
        "PBKDF2-SHA256, passlib",
    ),
    Legacy(
        "Keycloak",
        "algorithm `pbkdf2-sha512`",
        "$pbkdf2-sha512$ITERATIONS$SALT$VALUE",
        "PBKDF2-SHA512, passlib",
    ),
    Legacy("OpenLDAP", "`{SSHA}...`", "", "SSHA, LDAP"),
    Legacy("OpenLDAP, Dovecot", "`{SSHA512}...`", "", "SSHA-512, LDAP"),
    Legacy("OpenLDAP", "`{CRYPT}$6$...`", "", "SHA-512 crypt, LDAP"),
    Legacy("Linux, `/etc/shadow`", "`$6$...`", "", "SHA-512 crypt"),
    Legacy("Apache, `htpasswd`", "`$apr1$...`", "", "MD5 crypt, Apache"),
    Legacy("argon2 libraries of any language", "`$argon2id$v=19$...`", "", "argon2"),
    Legacy("Atlassian", "`{PKCS5S2}...`", "", "PBKDF2, Atlassian"),
    Legacy("MySQL", "`PASSWORD()` of 4.1 to 5.7", "", "MySQL 4.1"),
    Legacy("Oracle 11", "`S:...`", "", "Oracle 11"),
    Legacy("Windows, Samba", "an NT hash, in hex", "$3$$HEX", "NT hash"),
)
