"""Ask three questions and sum up: LangGraph's functional API, whose tasks are steps like nodes are.

Run it: `python examples/research.py`. The model is LangChain's own fake, so it needs no key; put any chat model in its
place.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from langchain_core.language_models import FakeListChatModel
from langgraph.func import entrypoint, task

import playhead

ANSWERS = ["Early, on Saturdays.", "By the old depot.", "Maya.", "Go early on Saturday; ask for Maya."]
MODEL = FakeListChatModel(responses=ANSWERS)


@task
def look_up(question: str) -> str:
    """One question to the model."""
    return MODEL.invoke([("system", "Answer in one short sentence."), ("user", question)]).text


@entrypoint()
def research(questions: list[str]) -> dict[str, Any]:
    """Every question in turn, then the sum of it."""
    answers = [look_up(question).result() for question in questions]
    summary = MODEL.invoke([("system", "Sum up."), ("user", "\n".join(answers))]).text
    return {"answers": answers, "summary": summary}


def main() -> None:
    """Play it, and show what was asked and answered where."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "runs.db") as deck:
        agent = deck.record(research, "research")
        result = agent.invoke(["When?", "Where?", "Whom?"], {"configurable": {"thread_id": "shop"}})
        print(result["summary"])
        for call in deck.runs("shop")[-1].calls:
            question = call.request["messages"][-1].text.splitlines()[0]
            print(call.address, "·", question, "→", call.response["message"].text)
        again = deck.replay(deck.runs("shop")[-1], research)
        print(
            "played again:", "unchanged" if again.unchanged else again.divergence, "·", len(again.calls), "calls served"
        )


if __name__ == "__main__":
    main()
