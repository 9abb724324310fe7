"""What somebody chose: which news by which way, and when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from itsm.notifications.models import Preference, Rhythm
from itsm.notifications.timing import Times
from itsm.notifications.topics import TOPICS, Topic
from itsm.people.middleware import zone_of
from itsm.people.models import User


@dataclass(frozen=True)
class Choices:
    """The choices of one person, defaults filled in."""

    user: User
    times: Times
    chosen: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    def wants(self, topic: str, channel: str) -> bool:
        """Whether news of this sort reach the person by this way."""
        sort = TOPICS[topic]
        if channel in sort.fixed:
            return True
        return self.chosen.get((topic, channel), channel in sort.by_default(self.user))


def choices_of(users: Iterable[User]) -> dict[int, Choices]:
    """The choices of these people, by id; two statements however many they are."""
    people = list(users)
    pks = [each.pk for each in people]
    chosen: dict[int, dict[tuple[str, str], bool]] = {}
    for each in Preference.objects.filter(user__in=pks):
        chosen.setdefault(each.user_id, {})[each.topic, each.channel] = each.is_wanted
    rhythms = {each.user_id: each for each in Rhythm.objects.filter(user__in=pks)}
    return {
        each.pk: Choices(each, times_of(each, rhythms.get(each.pk)), chosen.get(each.pk, {}))
        for each in people
    }


def rhythm_of(user: User) -> Rhythm:
    """When this person wants to be told; not saved while nothing was chosen."""
    return Rhythm.objects.filter(user=user).first() or Rhythm(user=user)


def times_of(user: User, rhythm: Rhythm | None) -> Times:
    """The rhythm in the person's own time zone."""
    zone = zone_of(user)
    if rhythm is None:
        return Times(zone)
    return Times(
        zone=zone,
        digest=rhythm.digest,
        digest_hour=rhythm.digest_hour,
        quiet_from=rhythm.quiet_from,
        quiet_until=rhythm.quiet_until,
        lets_critical=rhythm.lets_critical,
    )


def topics_for(user: User) -> list[Topic]:
    """The sorts of news that can come to this person."""
    return [each for each in TOPICS.values() if user.is_staffer or not each.is_for_staff]


def deviations(
    user: User, wanted: Collection[tuple[str, str]], *, channels: Collection[str]
) -> list[Preference]:
    """What of these wishes differs from the defaults and can be chosen."""
    return [
        Preference(user=user, topic=topic.name, channel=channel, is_wanted=is_wanted)
        for topic in topics_for(user)
        for channel in channels
        if channel not in topic.fixed
        and (is_wanted := (topic.name, channel) in wanted) != (channel in topic.by_default(user))
    ]
