"""A topic of Apache Kafka whose messages are of any format that a reader knows.

`kafka:HOST:PORT/TOPIC`. Messages that are JSON are read as lines of one file, others each as a file
of its own; `?reader=NAME` says what they are where that cannot be told. All partitions are
followed, from their beginning; places are kept in the case, not with the servers, so that what
counts and where one is are written in one step. Settings of the client, such as a password, lie in
a file of `name=value` lines that `UNSWARM_KAFKA_SETTINGS` names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from unswarm.errors import InputError, SettingsError
from unswarm.feeds import PATIENCE, DroppedError, Intake
from unswarm.readers import Source, recognise

SETTINGS = "UNSWARM_KAFKA_SETTINGS"
MOST = 10_000  # messages taken at once
ANSWER = 10.0  # seconds the servers have to say which partitions there are


def open_feed(where: str) -> Kafka:
    """The topic at an address.

    Raises:
        SettingsError: the address is none, or the kafka extra is not installed.
    """
    parts = urlsplit(f"kafka://{where}")
    topic = parts.path.strip("/")
    if not parts.netloc or not topic:
        raise SettingsError(f"'{where}' is no topic. Hint: kafka:HOST:PORT/TOPIC")
    reader = parse_qs(parts.query).get("reader", [None])[0]
    return Kafka(parts.netloc, topic, reader, _library())


def _library() -> ModuleType:
    try:
        import confluent_kafka
    except ImportError:
        hint = "Hint: pip install 'unswarm[kafka]'"
        raise SettingsError(f"Following a topic needs the kafka extra. {hint}") from None
    return confluent_kafka


class Kafka:
    """One topic.

    Args:
        servers: where it is asked for.
        topic: its name.
        reader: of its messages; None: told by the messages.
        library: confluent_kafka.
    """

    def __init__(self, servers: str, topic: str, reader: str | None, library: ModuleType) -> None:
        self._servers, self._topic, self._reader, self._library = servers, topic, reader, library

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Messages after a cursor: of each partition, the number of the next one."""
        places: dict[str, int] = json.loads(cursor or "{}")
        consumer = self._library.Consumer(self._settings(intake))
        try:
            self._assign(consumer, places)
            while True:
                found = self._polled(consumer)
                if found:
                    self._take([message.value() or b"" for message in found], intake)
                for message in found:
                    places[str(message.partition())] = message.offset() + 1
                yield json.dumps(places, sort_keys=True)
        except self._library.KafkaException as error:
            raise DroppedError(error.args[0].str()) from None
        finally:
            consumer.close()

    def _settings(self, intake: Intake) -> dict[str, Any]:
        told: set[str] = set()

        def tell(error: Any) -> None:
            """Each kind of trouble once: the client tries again twenty times a second."""
            if error.name() not in told:
                told.add(error.name())
                intake.say(f"Kafka: {error.str()}")

        said = {
            "bootstrap.servers": self._servers,
            "group.id": "unswarm",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "error_cb": tell,
            "log_level": 0,  # else the client writes to standard error by itself
        }
        file = os.environ.get(SETTINGS)
        return {**said, **_properties(Path(file))} if file else said

    def _assign(self, consumer: Any, places: dict[str, int]) -> None:
        known = consumer.list_topics(self._topic, timeout=ANSWER).topics[self._topic]
        if known.error or not known.partitions:
            raise DroppedError(f"topic {self._topic}: {known.error or 'it has no partitions'}")
        beginning = self._library.OFFSET_BEGINNING
        consumer.assign(
            [
                self._library.TopicPartition(self._topic, each, places.get(str(each), beginning))
                for each in sorted(known.partitions)
            ]
        )

    def _polled(self, consumer: Any) -> list[Any]:
        found = consumer.consume(MOST, timeout=PATIENCE)
        for message in found:
            if message.error():
                raise DroppedError(f"topic {self._topic}: {message.error()}")
        return list(found)

    def _take(self, values: Sequence[bytes], intake: Intake) -> None:
        intake.events += len(values)
        lines = [value for value in values if value.lstrip()[:1] in (b"{", b"[")]
        files = [value for value in values if value.lstrip()[:1] not in (b"{", b"[", b"")]
        joined = [b"\n".join(line.replace(b"\n", b" ") for line in lines)] if lines else []
        with TemporaryDirectory() as folder:
            for content in [*joined, *files]:
                self._read(content, Path(folder) / self._topic, intake)

    def _read(self, content: bytes, path: Path, intake: Intake) -> None:
        path.write_bytes(content)
        try:
            source = Source(path, report=intake.say)
            _, reader = recognise(source, self._reader)
            for name, rows in reader.read(source):
                intake.add(name, rows)
        except InputError as error:
            intake.say(f"A message of {self._topic} is left: {error.message}")
            intake.batch.reject(1, None, error.message, content[:200].decode("utf-8", "replace"))


def _properties(path: Path) -> dict[str, str]:
    """`name=value` lines.

    Raises:
        SettingsError: there is no such file.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"{SETTINGS}: {path}: {error.strerror}.") from None
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
