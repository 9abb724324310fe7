"""Where pipelines post: through the one door of the house, at addresses of their own."""

from collections.abc import Collection
from http import HTTPStatus

from changes import actions, selectors
from changes.pipelines import pipelines
from itsm.monitoring.doors import Answer, Post, doors


class Pipelines:
    """Listens to the tools that deliver."""

    def kinds(self) -> Collection[str]:
        return list(pipelines)

    def has(self, slug: str) -> bool:
        return selectors.has_pipeline(slug)

    def connect(self, *, kind: str, name: str) -> tuple[str, str]:
        pipeline, token = actions.connect_pipeline(kind=kind, name=name, actor=None)
        return pipeline.slug, token

    def receive(self, post: Post) -> Answer | None:
        pipeline = selectors.pipeline_for(post.slug, credentials=post.credentials, now=post.now)
        if pipeline is None:
            return None
        answer = actions.hear(
            pipeline=pipeline,
            body=post.content,
            content_type=post.content_type,
            headers=post.headers,
            now=post.now,
        )
        # What says nothing to us, such as a ping, is well too.
        status = pipelines[pipeline.kind].status if answer["accepted"] else HTTPStatus.OK.value
        return Answer(status, answer)


doors.add("pipelines")(Pipelines())
