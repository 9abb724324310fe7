"""One number from Prometheus, by an instant query of its HTTP API."""

import json
import math
from urllib.parse import urlencode

from itsm.core import http
from itsm.sla.gauges import Unread, gauges

MOST_BYTES = 256 * 1024


class PrometheusQuery:
    """Asks ``/api/v1/query``; the answer must be a scalar or a vector of one."""

    def read(self, *, address: str, token: str, query: str) -> float:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = http.call(
            "GET",
            f"{address.rstrip('/')}/api/v1/query?{urlencode({'query': query})}",
            headers={"Accept": "application/json", **headers},
            max_bytes=MOST_BYTES,
        )
        try:
            told = json.loads(answer.content)
        except ValueError:
            raise Unread(f"It answered {answer.status_code} and no JSON.") from None
        if not isinstance(told, dict) or told.get("status") != "success":
            why = told.get("error") if isinstance(told, dict) else None
            raise Unread(str(why or f"It answered {answer.status_code}."))
        return _number(told.get("data"))


def _number(data: object) -> float:
    """The one number of the answer."""
    try:
        sort, result = data["resultType"], data["result"]  # type: ignore[index]
        if sort == "vector":
            if len(result) != 1:
                raise Unread(f"The query has {len(result)} answers instead of one.")
            result = result[0]["value"]
        elif sort != "scalar":
            raise Unread(f"The query answers with a {sort}; one number is needed.")
        found = float(result[1])
    except (KeyError, TypeError, ValueError, IndexError):
        raise Unread("The answer is not one of Prometheus.") from None
    if not math.isfinite(found):
        raise Unread("The query answers with no number: nothing was counted in that time.")
    return found


gauges.add("prometheus")(PrometheusQuery())
