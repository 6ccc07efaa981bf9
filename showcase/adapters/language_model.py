"""A language model that is asked to fill in a form, through pydantic-ai and a tool that nobody executes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from showcase.adapters.http_json import Endpoint, scrub, wait_ticking
from showcase.errors import InvalidInputError, ProviderError
from showcase.kernel.refusals import check_plain
from showcase.ports import FilledForm, Form, Tick
from showcase.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai import Agent, DeferredToolRequests
    from pydantic_ai.run import AgentRunResult

    _Outcome = AgentRunResult[Any] | BaseException

_MOST_TOKENS = 1_000  # of an answer: a form is short
_MOST_REQUESTS = 2  # the form, and once more where it was filled in wrongly
_MOST_FORM_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class HttpLanguageModel:
    """A model behind an endpoint that speaks OpenAI's chat JSON."""

    endpoint: Endpoint
    model: str

    @property
    def name(self) -> str:
        """Who proposed, as decisions and events call it."""
        return f"openai:{self.model}"

    def fill_in(self, form: Form, instructions: str, facts: str, tick: Tick) -> FilledForm:
        """The form, filled in from the facts; ProviderError where the service fails or gives anything else.

        The form is a tool that lies outside of the conversation: calling it ends the conversation, and runs nothing.
        """
        asked = _Conversation(self.endpoint, self.model, form, instructions, facts)
        answer: Future[_Outcome] = Future()
        threading.Thread(target=_settle, args=(asked, answer), name="ask-model", daemon=True).start()
        try:
            outcome = wait_ticking(answer, self.endpoint.timeout_s, tick)
        except TimeoutError:
            raise self.endpoint.failure(f"did not answer within {self.endpoint.timeout_s:g} s") from None
        finally:
            asked.abandon()
        if isinstance(outcome, BaseException):
            raise _told(self.endpoint, outcome) from None
        return FilledForm(self._arguments(form, outcome), outcome.usage.total_tokens)

    def _arguments(self, form: Form, result: AgentRunResult[Any]) -> dict[str, Any]:
        # the last answer counts: an earlier one was filled in wrongly and given back
        calls = [part for part in result.response.parts if part.part_kind == "tool-call"]
        if len(calls) != 1 or calls[0].tool_name != form.name:
            raise self.endpoint.failure(f"was expected to fill in {form.name} once, and did something else")
        try:
            arguments = calls[0].args_as_dict(raise_if_invalid=True)
            said = json.dumps(arguments)
            if len(said) > _MOST_FORM_BYTES:
                raise self.endpoint.failure(f"filled in {form.name} with more than {_MOST_FORM_BYTES:,} bytes")
            if scrub(said, self.endpoint.key) != said:
                # it would be shown, kept and exported
                raise self.endpoint.failure(f"filled in {form.name} with the key that it was sent")
            check_plain(arguments)
        except (ValueError, AssertionError, InvalidInputError):
            raise self.endpoint.failure(f"filled in {form.name} with JSON that cannot be used") from None
        return arguments


def language_model_of(settings: Settings) -> HttpLanguageModel | None:
    """The language model that the settings name, or None; InvalidInputError where they name half of one."""
    if settings.agent_model is None:
        return None
    if settings.agent_url is None:
        raise InvalidInputError(
            "SHOWCASE_AGENT_MODEL names a model, and no service is named.",
            "Set SHOWCASE_AGENT_URL, or unset SHOWCASE_AGENT_MODEL.",
        )
    if find_spec("pydantic_ai") is None:
        raise InvalidInputError(
            "SHOWCASE_AGENT_MODEL names a model, and what asks it is not installed.",
            "Install the extra agent (pip install 'showcase[agent]'), or unset SHOWCASE_AGENT_MODEL.",
        )
    endpoint = Endpoint(
        settings.agent_url, settings.agent_key, settings.provider_timeout_s, settings="SHOWCASE_AGENT_*"
    )
    return HttpLanguageModel(endpoint, settings.agent_model)


@dataclass(slots=True)
class _Conversation:
    """One conversation in a thread and a loop of its own, so that a wait can be left whatever the network does."""

    endpoint: Endpoint
    model: str
    form: Form
    instructions: str
    facts: str
    _loop: asyncio.AbstractEventLoop | None = None
    _task: asyncio.Task[Any] | None = None

    async def run(self) -> _Outcome:
        """The model's answer, or whatever kept it from one: nobody knows all that a library can raise."""
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        outcomes = await asyncio.gather(self._talk(), return_exceptions=True)
        return outcomes[0]

    async def _talk(self) -> AgentRunResult[Any]:
        """The conversation, within the limits of time, size, tokens and requests."""
        from httpx2 import AsyncClient, AsyncHTTPTransport
        from pydantic_ai import UsageLimits

        transport = _capped(AsyncHTTPTransport(), self.endpoint)
        # no redirect is followed, and no proxy is read from the environment
        most_s = self.endpoint.timeout_s
        client = AsyncClient(transport=transport, follow_redirects=False, trust_env=False, timeout=most_s)
        async with asyncio.timeout(most_s), client:
            return await self._agent(client).run(
                self.facts,
                usage_limits=UsageLimits(request_limit=_MOST_REQUESTS, output_tokens_limit=2 * _MOST_TOKENS),
            )

    def _agent(self, client: Any) -> Agent[object, str | DeferredToolRequests]:
        from openai import AsyncOpenAI, Omit
        from pydantic_ai import Agent, DeferredToolRequests, ExternalToolset
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.tools import ToolDefinition

        key = self.endpoint.key.get_secret_value() if self.endpoint.key else "none"
        unsaid: Any = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        speaker = AsyncOpenAI(
            base_url=self.endpoint.url, api_key=key, http_client=client, max_retries=0, default_headers=unsaid
        )
        tool = ToolDefinition(
            name=self.form.name,
            description=self.form.description,
            parameters_json_schema=dict(self.form.schema),
        )
        return Agent(
            OpenAIChatModel(self.model, provider=OpenAIProvider(openai_client=speaker)),
            output_type=[str, DeferredToolRequests],
            instructions=self.instructions,
            toolsets=[ExternalToolset([tool])],
            model_settings={"temperature": 0.0, "max_tokens": _MOST_TOKENS, "parallel_tool_calls": False},
            retries=1,
        )

    def abandon(self) -> None:
        """End a conversation that nobody waits for any more; one that has ended stays as it is."""
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has closed meanwhile
                self._loop.call_soon_threadsafe(self._task.cancel)


def _capped(inner: Any, endpoint: Endpoint) -> Any:
    """A transport that reads no more of an answer than the endpoint allows."""
    from httpx2 import AsyncBaseTransport, AsyncByteStream, Request, Response

    class Capped(AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for piece in self.stream:
                size += len(piece)
                if size > endpoint.most_bytes:
                    raise endpoint.failure(f"answered with more than {endpoint.most_bytes:,} bytes")
                yield piece

        async def aclose(self) -> None:
            await self.stream.aclose()

    class Transport(AsyncBaseTransport):
        async def handle_async_request(self, request: Request) -> Response:
            # nothing can unfold to more than was sent
            request.headers["Accept-Encoding"] = "identity"
            response: Response = await inner.handle_async_request(request)
            response.stream = Capped(response.stream)
            return response

        async def aclose(self) -> None:
            await inner.aclose()

    return Transport()


def _settle(asked: _Conversation, answer: Future[_Outcome]) -> None:
    with suppress(asyncio.CancelledError):  # nobody waits any more
        answer.set_result(asyncio.run(asked.run()))


def _told(endpoint: Endpoint, error: BaseException) -> ProviderError:
    """The failure in our words; the library's own can quote what was sent."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        if isinstance(cause, ProviderError):
            return cause
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    statuses = [status for one in causes if isinstance(status := getattr(one, "status_code", None), int)]
    if statuses:
        return endpoint.refused(statuses[0])
    return endpoint.failure(f"gave nothing that can be used ({type(error).__name__})")
