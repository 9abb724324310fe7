"""Who gets which answer at every door of the house.

A row is a method and an address as the URL patterns have it, then the codes for nobody, charlie
(whose incident it is), frank (another end user), bob (an agent, who watches it), alice (an agent,
who works on it), and dana (administrator).
What stands in braces is filled in from the little world of the test.
"""

import re

PEOPLE = ("nobody", "charlie", "frank", "bob", "alice", "dana")

PAGES = """
GET   {}                                            302 302 302 200 200 200
GET   alerts/                                       302 404 404 200 200 200
GET   sign-in/                                      200 302 302 302 302 302
POST  sign-in/                                      422 302 302 302 302 302
GET   sign-out/                                     405 405 405 405 405 405
POST  sign-out/                                     302 302 302 302 302 302
GET   files/{name}/                                 302 200 404 200 200 200
GET   suggest/{noun}/                               302 404 404 200 200 200
GET   incidents/new/                                302 404 404 200 200 200
POST  incidents/new/                                302 404 404 422 422 422
GET   incidents/                                    302 404 404 200 200 200
GET   incidents/rows/                               302 404 404 200 200 200
GET   incidents/{number}/                           302 302 302 200 200 200
GET   incidents/{number}/earlier/                   302 404 404 200 200 200
GET   incidents/{number}/edit/                      302 404 404 200 200 200
POST  incidents/{number}/edit/                      302 404 404 422 422 422
GET   incidents/{number}/say/                       302 404 404 405 405 405
POST  incidents/{number}/say/                       302 404 404 422 422 422
POST  incidents/{number}/watch/                     302 404 404 302 302 302
POST  incidents/{number}/link/                      302 404 404 302 302 302
GET   incidents/{number}/do/{verb}/                 302 404 404 200 200 200
POST  incidents/{number}/do/{verb}/                 302 404 404 422 422 422
GET   portal/                                       302 200 200 200 200 200
GET   portal/report/                                302 200 200 200 200 200
POST  portal/report/                                302 422 422 422 422 422
GET   portal/items/                                 302 200 200 200 200 200
GET   portal/items/{number}/                        302 200 404 200 404 404
GET   portal/items/{number}/reply/                  302 405 405 405 405 405
POST  portal/items/{number}/reply/                  302 422 404 422 404 404
POST  portal/items/{number}/{verb}/                 302 404 404 404 404 404
GET   api/docs/                                     302 200 200 200 200 200
GET   hooks/{source}                                405 405 405 405 405 405
POST  hooks/{source}                                404 404 404 404 404 404
POST  hooks/{source}/api/v2/alerts                  404 404 404 404 404 404
POST  hooks/{source}/{token}                        404 404 404 404 404 404
POST  hooks/{source}/{token}/api/v2/alerts          404 404 404 404 404 404
"""

API = """
GET    api/                                                         404 404 404 404 404 404
POST   api/                                                         404 404 404 404 404 404
GET    api/v1/                                                      401 200 200 200 200 200
GET    api/v1/schema/                                               401 200 200 200 200 200
GET    api/v1/incidents/                                            401 200 200 200 200 200
POST   api/v1/incidents/                                            401 201 201 201 201 201
GET    api/v1/incidents/{number}/                                   401 200 404 200 200 200
PATCH  api/v1/incidents/{number}/                                   401 403 404 200 200 200
POST   api/v1/incidents/{number}/acknowledge/                       401 403 404 200 200 200
POST   api/v1/incidents/{number}/assign/                            401 403 404 200 200 200
POST   api/v1/incidents/{number}/start/                             401 403 404 200 200 200
POST   api/v1/incidents/{number}/hold/                              401 403 404 200 200 200
POST   api/v1/incidents/{held}/resume/                              401 200 404 200 200 200
POST   api/v1/incidents/{number}/resolve/                           401 403 404 200 200 200
POST   api/v1/incidents/{resolved}/reopen/                          401 200 404 200 200 200
POST   api/v1/incidents/{resolved}/close/                           401 200 404 200 200 200
POST   api/v1/incidents/{number}/cancel/                            401 200 404 200 200 200
POST   api/v1/incidents/{number}/priority/                          401 403 404 403 403 200
GET    api/v1/incidents/{number}/alerts/                            401 403 404 200 200 200
GET    api/v1/incidents/{number}/comments/                          401 200 404 200 200 200
POST   api/v1/incidents/{number}/comments/                          401 201 404 201 201 201
GET    api/v1/incidents/{number}/timeline/                          401 200 404 200 200 200
GET    api/v1/incidents/{number}/attachments/                       401 200 404 200 200 200
POST   api/v1/incidents/{number}/attachments/                       401 201 404 201 201 201
GET    api/v1/incidents/{number}/attachments/{file_id}/             401 200 404 200 200 200
GET    api/v1/incidents/{number}/links/                             401 200 404 200 200 200
POST   api/v1/incidents/{number}/links/                             401 403 404 201 201 201
DELETE api/v1/incidents/{number}/links/{link_id}/                   401 403 404 204 204 204
GET    api/v1/incidents/{number}/watchers/                          401 200 404 200 200 200
POST   api/v1/incidents/{number}/watchers/                          401 201 404 201 201 201
DELETE api/v1/incidents/{number}/watchers/{username}/               401 404 404 204 204 204
GET    api/v1/alerts/                                               401 403 403 200 200 200
GET    api/v1/alerts/{alert_id}/                                    401 403 403 200 200 200
POST   api/v1/alerts/{alert_id}/acknowledge/                        401 403 403 200 200 200
GET    api/v1/services/                                             401 200 200 200 200 200
POST   api/v1/services/                                             401 403 403 403 403 201
POST   api/v1/services/import/                                      401 403 403 403 403 200
GET    api/v1/services/export/                                      401 200 200 200 200 200
GET    api/v1/services/{record}/                                    401 200 200 200 200 200
PATCH  api/v1/services/{record}/                                    401 403 403 403 403 200
DELETE api/v1/services/{record}/                                    401 403 403 403 403 204
GET    api/v1/configuration-items/                                  401 403 403 200 200 200
POST   api/v1/configuration-items/                                  401 403 403 403 403 201
POST   api/v1/configuration-items/import/                           401 403 403 403 403 200
GET    api/v1/configuration-items/export/                           401 403 403 200 200 200
GET    api/v1/configuration-items/{item}/                           401 403 403 200 200 200
PATCH  api/v1/configuration-items/{item}/                           401 403 403 403 403 200
DELETE api/v1/configuration-items/{item}/                           401 403 403 403 403 204
GET    api/v1/configuration-items/{item}/relations/                 401 403 403 200 200 200
POST   api/v1/configuration-items/{item}/relations/                 401 403 403 403 403 201
DELETE api/v1/configuration-items/{item}/relations/{relation_id}/   401 403 403 403 403 204
GET    api/v1/teams/                                                401 403 403 200 200 200
POST   api/v1/teams/                                                401 403 403 403 403 201
GET    api/v1/teams/{slug}/                                         401 403 403 200 200 200
PATCH  api/v1/teams/{slug}/                                         401 403 403 403 403 200
GET    api/v1/users/                                                401 200 200 200 200 200
POST   api/v1/users/                                                401 403 403 403 403 201
GET    api/v1/users/me/                                             401 200 200 200 200 200
GET    api/v1/users/{username}/                                     401 404 404 200 200 200
PATCH  api/v1/users/{username}/                                     401 404 404 403 403 200
GET    api/v1/sources/                                              401 403 403 200 200 200
POST   api/v1/sources/                                              401 403 403 403 403 201
GET    api/v1/sources/{source}/                                     401 403 403 200 200 200
PATCH  api/v1/sources/{source}/                                     401 403 403 403 403 200
POST   api/v1/sources/{source}/rotate/                              401 403 403 403 403 200
GET    api/v1/events/                                               401 403 403 200 200 200
GET    api/v1/events/{event_id}/                                    401 403 403 200 200 200
"""

# In the admin only administrators go about; auditors, who may read, have tests of their own.
ADMIN = """
GET   admin/                                        302 302 302 302 302 200
GET   admin/login/                                  200 200 200 200 200 302
GET   admin/logout/                                 302 302 302 302 302 405
POST  admin/logout/                                 302 302 302 302 302 302
GET   admin/password_change/                        302 302 302 302 302 200
GET   admin/password_change/done/                   302 302 302 302 302 200
GET   admin/autocomplete/                           302 302 302 302 302 403
GET   admin/jsi18n/                                 302 302 302 302 302 200
GET   admin/r/{nothing}/{nothing}/                  302 302 302 302 302 404
GET   admin/people/user/{user_id}/password/         302 302 302 302 302 200
GET   admin/{app}/                                  302 302 302 302 302 200
GET   admin/{nothing}                               302 302 302 302 302 404
"""
# Of every model the admin shows: its list, the form for a new one, and the pages of one.
ADMIN_OF_MODEL = """
GET   admin/{model}/                                302 302 302 302 302 200
GET   admin/{model}/add/                            302 302 302 302 302 200
GET   admin/{model}/{nothing}/history/              302 302 302 302 302 302
GET   admin/{model}/{nothing}/delete/               302 302 302 302 302 302
GET   admin/{model}/{nothing}/change/               302 302 302 302 302 302
GET   admin/{model}/{nothing}/                      302 302 302 302 302 302
"""
# What can be added and deleted there, only added, and only looked at.
KEPT = (
    *("people/user", "people/team", "inventory/service", "inventory/configurationitem"),
    "sla/calendar",
)
ADDED = ("people/apitoken", "monitoring/monitoringsource")
SHOWN = (
    *("notifications/message", "monitoring/alert", "monitoring/deadletter"),
    *("monitoring/parkedpost", "core/event", "core/delivery", "core/chore", "core/heartbeat"),
)
FORBIDDEN = (302, 302, 302, 302, 302, 403)


def rows() -> dict[tuple[str, str], tuple[int, ...]]:
    """The codes expected, by method and address."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for line in f"{PAGES}{API}{ADMIN}".strip().splitlines():
        if line.strip():
            _add(found, line)
    for model in (*KEPT, *ADDED, *SHOWN):
        for line in ADMIN_OF_MODEL.strip().splitlines():
            _add(found, line.replace("{model}", model))
    for model in (*ADDED, *SHOWN):
        found["GET", f"admin/{model}/{{nothing}}/delete/"] = FORBIDDEN
    for model in SHOWN:
        found["GET", f"admin/{model}/add/"] = FORBIDDEN
    return found


def _add(found: dict[tuple[str, str], tuple[int, ...]], line: str) -> None:
    method, address, *codes = line.split()
    found[method, "" if address == "{}" else address] = tuple(map(int, codes))


def plain(address: str) -> str:
    """The address with what is filled in left blank, since its name does not matter."""
    return re.sub(r"{\w+}", "{}", address)
