"""Knowledge over HTTP, where an outside service fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from showcase.errors import ProviderError
from showcase.http.app import build_app
from showcase.wiring import Installation
from tests.http.conftest import ORIGIN, TestClient
from tests.services.scripted import ScriptedModel


class Failing:
    """An embedding service that refuses."""

    name = "failing"

    def embed(self, texts: object, tick: object) -> list[list[float]]:
        raise ProviderError("The embedding service refused.", "Check SHOWCASE_EMBEDDING_KEY.")


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/rag/index", {}), ("/rag/retrieve", {"query": "seed"}), ("/agents/sessions/{}/chat", {"message": "seed"})],
)
def test_a_provider_that_fails_is_502(installation: Installation, tmp_path: Path, path: str, sent: object) -> None:
    installation.services = replace(installation.services, embeddings=Failing())
    with TestClient(build_app(installation, hosts=[ORIGIN], only="http")) as client:
        session = client.post("/agents/sessions").json()["session_id"]
        answer = client.post(path.format(session), json=sent)
    assert answer.status_code == 502
    assert answer.json()["remedy"] == "Check SHOWCASE_EMBEDDING_KEY."


def test_a_session_says_who_answers_and_a_language_model_does(installation: Installation) -> None:
    installation.services = replace(installation.services, language_model=ScriptedModel({"answer": "It is fresh."}))
    with TestClient(build_app(installation, hosts=[ORIGIN], only="http")) as client:
        session = client.post("/agents/sessions").json()
        answer = client.post(f"/agents/sessions/{session['session_id']}/chat", json={"message": "is it stale?"})
    assert (session["provider"], answer.json()["reply"]) == ("openai:scripted", "openai:scripted says: It is fresh.")
