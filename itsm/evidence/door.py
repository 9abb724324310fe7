"""Where log lines are posted: through the one door of the house, at addresses of their own."""

from collections.abc import Collection

from itsm.evidence import actions, selectors
from itsm.evidence.ports import formats
from itsm.monitoring.doors import Answer, Post, doors


class LogLines:
    """Listens to the tools that pass log lines on."""

    def kinds(self) -> Collection[str]:
        return list(formats)

    def has(self, slug: str) -> bool:
        return selectors.has_log_source(slug)

    def connect(self, *, kind: str, name: str) -> tuple[str, str]:
        source, token = actions.LOG_SOURCES.connect(kind=kind, name=name, actor=None)
        return source.slug, token

    def receive(self, post: Post) -> Answer | None:
        source = selectors.log_source_for(post.slug, credentials=post.credentials)
        if source is None:
            return None
        media_type = post.content_type.partition(";")[0].strip().lower()
        taken = actions.take_in(
            source=source, body=post.content, now=post.now, media_type=media_type
        )
        tool = formats[source.kind]
        status = tool.status
        if media_type in tool.packed:
            # In its own protocol an answer without any words says that all is well.
            return Answer(status, raw=b"", content_type=media_type)
        return Answer(status, {} if status == 200 else {"status": "accepted", "accepted": taken})


doors.add("log lines")(LogLines())
