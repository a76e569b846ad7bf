"""Messages and digests go by age; what is open, or about something open, stays."""

from __future__ import annotations

from datetime import timedelta

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW
from tidegate.ledger import alerts, models, notifications
from tidegate.ledger.database import transaction
from tidegate.ledger.notifications import DIGEST, RAISED, New

DAY = timedelta(days=1)


def test_messages_and_digests_go_by_age(ledger: Ledger) -> None:
    with transaction("test"):
        for subject in ("over", "open"):
            alerts.raise_alert("disk-space", CONNECTION, subject, "little is free", NOW)
        over, still = [models.Alert.objects.get(subject=subject).pk for subject in ("over", "open")]
        alerts.clear_alert("disk-space", CONNECTION, "over", NOW)
        old, waiting, new = [
            notifications.keep_digest(CONNECTION, (NOW - age).date(), "{}", NOW - age)
            for age in (400 * DAY, 399 * DAY, DAY)
        ]
        notifications.plan(
            [
                New("ops", RAISED, NOW, alert_id=over),
                New("ops", RAISED, NOW, alert_id=still),
                New("ops", DIGEST, NOW, digest_id=old),
                New("ops", DIGEST, NOW, digest_id=waiting),
                New("ops", DIGEST, NOW, digest_id=new),
            ],
            NOW,
        )
        tried = models.Notification.objects.exclude(digest=waiting)
        notifications.sent(list(tried.values_list("pk", flat=True)), NOW)
        assert notifications.expire(NOW - 365 * DAY, 100) == 2
        assert set(models.Digest.objects.values_list("pk", flat=True)) == {waiting, new}
        assert notifications.expire(NOW + DAY, 100) > 0
    left = set(models.Notification.objects.values_list("alert", "digest"))
    assert left == {(still, None), (None, waiting)}
    assert list(models.Digest.objects.values_list("pk", flat=True)) == [waiting]
