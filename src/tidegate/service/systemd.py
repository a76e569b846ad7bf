"""systemd: a unit that may do little besides its work.

`MemoryDenyWriteExecute` is left out: it stops polars at its import.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tidegate.service.installation import NAME, Installation, NotInstalled

UNITS = Path("/etc/systemd/system")
SECRETS = Path("/etc/tidegate/secrets")
#: Nothing below these can be read by the service: `ProtectHome`.
HOMES = ("/home", "/root", "/run/user")

UNIT = """\
[Unit]
Description=Tidegate: Magento orders into Sage
Documentation=https://github.com/tidegate/tidegate
After=network-online.target
Wants=network-online.target

[Service]
User={user}
EnvironmentFile=-{secrets}
ExecStart={command}
Restart=always
RestartSec=10
# A running cycle ends properly.
TimeoutStopSec=180
StateDirectory=tidegate
StateDirectoryMode=0700
WorkingDirectory=/var/lib/tidegate
UMask=0077
{writes}
# It reads its program and its configuration, writes its ledger, and talks over the network. Nothing else.
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
DevicePolicy=closed
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Systemd:
    """Writes the unit; a person starts it."""

    folder: Path = UNITS

    def install(self, wanted: Installation) -> list[str]:
        """The unit as a file."""
        for path in (wanted.program[0], str(wanted.config)):
            if path.startswith(HOMES):
                raise NotInstalled(
                    f"{path} is in a home directory, which a service cannot read: install Tidegate and its "
                    "configuration for the machine, e.g. in /opt/tidegate and /etc/tidegate"
                )
        place = self.folder / f"{NAME}.service"
        try:
            place.write_text(unit(wanted), encoding="utf-8")
            place.chmod(0o644)
        except OSError as error:
            raise NotInstalled(
                f"{place}: {error.strerror}. Run this as root, or write it elsewhere with --output"
            ) from error
        return [
            f"written: {place}",
            f"if the user does not exist yet: useradd --system --home-dir /var/lib/tidegate {wanted.user}",
            f"secrets that the configuration takes from the environment: {SECRETS} (mode 0600, NAME=value lines)",
            "then: systemctl daemon-reload && systemctl enable --now tidegate",
        ]


def unit(wanted: Installation) -> str:
    """The file's text."""
    kept = [path for path in wanted.writes if path != Path("/var/lib/tidegate")]
    return UNIT.format(
        user=wanted.user,
        secrets=SECRETS,
        command=" ".join(quoted(part) for part in wanted.command),
        writes="\n".join(f"ReadWritePaths={quoted(str(path))}" for path in kept),
    )


def quoted(part: str) -> str:
    """A word of a unit: `%` and `$` mean something there, blanks part words (systemd.service(5), *Command lines*)."""
    safe = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{safe}"' if any(sign.isspace() for sign in safe) or safe != part else safe
