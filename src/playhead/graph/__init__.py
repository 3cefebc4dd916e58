"""Where do LangGraph and LangChain meet the recording? Here, and in no other room."""
