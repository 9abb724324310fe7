"""Everything that can be done to articles."""

from knowledge.actions.drafting import draft_from_cluster, origin_of, words_from
from knowledge.actions.images import add_images, add_uploaded, address_of_image, markdown_of
from knowledge.actions.moving import (
    confirm,
    discard,
    heard,
    outdate,
    publish,
    publish_scheduled,
    question_it,
    retire,
    submit,
    withdraw,
)
from knowledge.actions.reviews import ask_owners, note_or_open, open_work
from knowledge.actions.using import note_shown, rate_article, unuse_article, use_article
from knowledge.actions.writing import Origin, save_article, stamp_of, write_article

# The moves people make, by their verbs in the table of the workflow.
PERFORM = {
    "submit": submit,
    "publish": publish,
    "withdraw": withdraw,
    "discard": discard,
    "confirm": confirm,
    "retire": retire,
}

__all__ = [
    "PERFORM",
    "Origin",
    "add_images",
    "add_uploaded",
    "address_of_image",
    "ask_owners",
    "confirm",
    "discard",
    "draft_from_cluster",
    "heard",
    "markdown_of",
    "note_or_open",
    "note_shown",
    "open_work",
    "origin_of",
    "outdate",
    "publish",
    "publish_scheduled",
    "question_it",
    "rate_article",
    "retire",
    "save_article",
    "stamp_of",
    "submit",
    "unuse_article",
    "use_article",
    "withdraw",
    "words_from",
    "write_article",
]
