"""Accounts, roles, logins and sessions. One store of accounts serves province and universities alike."""

from ingestion.accounts.administration import (
    AccountRow,
    BadAccount,
    Grant,
    NewUniversity,
    create_account,
    create_university,
    grant_role,
    initialise,
    list_accounts,
    login_choices,
    principal_for,
    revoke_role,
    set_enabled,
    set_language,
    set_university_enabled,
    system_principal,
    unlock,
)
from ingestion.accounts.choosing import PasswordRefused, change_password, set_password
from ingestion.accounts.entrance import LoginRefused, login, reauthenticate
from ingestion.accounts.links import Link, LinkRefused, path_of
from ingestion.accounts.links import issue as issue_link
from ingestion.accounts.links import look_at as look_at_link
from ingestion.accounts.links import redeem as redeem_link
from ingestion.accounts.resets import ResetRequest, TooManyRequests
from ingestion.accounts.resets import ask as ask_for_reset
from ingestion.accounts.resets import issue as answer_reset
from ingestion.accounts.resets import refuse as refuse_reset
from ingestion.accounts.resets import waiting as resets_waiting
from ingestion.accounts.sessions import (
    LiveSession,
    grants_of,
    idle_account,
    logout,
    principal_for_token,
    principal_of_grant,
    session_for_token,
    switch_role,
)

COOKIE = "yanshu_session"

__all__ = [
    "COOKIE",
    "AccountRow",
    "BadAccount",
    "Grant",
    "Link",
    "LinkRefused",
    "LiveSession",
    "LoginRefused",
    "NewUniversity",
    "PasswordRefused",
    "ResetRequest",
    "TooManyRequests",
    "answer_reset",
    "ask_for_reset",
    "change_password",
    "create_account",
    "create_university",
    "grant_role",
    "grants_of",
    "idle_account",
    "initialise",
    "issue_link",
    "list_accounts",
    "login",
    "login_choices",
    "logout",
    "look_at_link",
    "path_of",
    "principal_for",
    "principal_for_token",
    "principal_of_grant",
    "reauthenticate",
    "redeem_link",
    "refuse_reset",
    "resets_waiting",
    "revoke_role",
    "session_for_token",
    "set_enabled",
    "set_language",
    "set_password",
    "set_university_enabled",
    "switch_role",
    "system_principal",
    "unlock",
]
