"""A pipecat server to measure beside ours: the same vendors, voice and model, and a policy of its own for the end of a turn.

    python tools/peers/pipecat/bot.py --openai http://127.0.0.1:4010/v1 --elevenlabs ws://127.0.0.1:4011 --policy default

It listens on a free port of loopback and prints where. docs/benchmarks.md says what it needs and what it is for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys

# It is read while pipecat is being imported; what it logs of its work otherwise would slow it down.
os.environ.setdefault("LOGURU_LEVEL", "WARNING")

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import OutputTransportMessageUrgentFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy, TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

PROMPT = "You are a friendly host. Answer in one or two short sentences that are to be spoken."
# What Parley uses when nobody has set anything.
STT_MODEL = "whisper-1"
CHAT_MODEL = "gpt-4o-mini"
TTS_MODEL = "eleven_multilingual_v2"
VOICE = "21m00Tcm4TlvDq8ikWAM"

# How the end of a turn is found. Voice detection is pipecat's own in all of them: 0.2 s without a voice.
POLICIES = {
    "default": lambda: TurnAnalyzerUserTurnStopStrategy(turn_analyzer=LocalSmartTurnAnalyzerV3()),
    "timeout-0.6": lambda: SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.6),
    "timeout-0.0": lambda: SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0),
}


def pipeline(transport: FastAPIWebsocketTransport, args: argparse.Namespace) -> Pipeline:
    key = "simulated"
    stt = OpenAISTTService(api_key=key, base_url=args.openai, settings=OpenAISTTService.Settings(model=STT_MODEL))
    llm = OpenAILLMService(
        api_key=key,
        base_url=args.openai,
        settings=OpenAILLMService.Settings(model=CHAT_MODEL, system_instruction=PROMPT),
    )
    tts = ElevenLabsTTSService(
        api_key=key,
        url=args.elevenlabs,
        settings=ElevenLabsTTSService.Settings(model=TTS_MODEL, voice=VOICE),
    )
    aggregators = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=SileroVADAnalyzer(),
            user_turn_strategies=UserTurnStrategies(stop=[POLICIES[args.policy]()]),
        ),
    )
    user, assistant = aggregators.user(), aggregators.assistant()
    return Pipeline([transport.input(), stt, user, llm, tts, transport.output(), assistant])


async def converse(socket: WebSocket, args: argparse.Namespace) -> None:
    """One session, until its caller hangs up."""
    transport = FastAPIWebsocketTransport(
        socket,
        FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=ProtobufFrameSerializer()),
    )
    # Whoever measures hears little for long; that is no reason to end the session.
    worker = PipelineWorker(pipeline(transport, args), enable_rtvi=False, idle_timeout_secs=None)

    @worker.event_handler("on_pipeline_started")
    async def started(worker, _frame):
        # Models and sockets are there: only now does the caller begin to speak, as ours does after its welcome.
        await worker.queue_frame(OutputTransportMessageUrgentFrame(message={"kind": "ready"}))

    @transport.event_handler("on_client_disconnected")
    async def disconnected(_transport, _socket):
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


def application(args: argparse.Namespace) -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def session(socket: WebSocket):
        await socket.accept()
        await converse(socket, args)

    return app


async def serve(args: argparse.Namespace) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", args.port))
    config = uvicorn.Config(application(args), log_level="warning", timeout_graceful_shutdown=5)
    print(f"Listening on ws://127.0.0.1:{listener.getsockname()[1]}/ws", flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])


def main() -> int:
    parser = argparse.ArgumentParser(description="pipecat, to be measured beside Parley")
    parser.add_argument("--openai", required=True, help="base URL of the OpenAI that is used, with its /v1")
    parser.add_argument("--elevenlabs", required=True, help="ws:// URL of the ElevenLabs that is used")
    parser.add_argument("--policy", choices=POLICIES, default="default")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    asyncio.run(serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
