"""What the adapters of OpenAI-compatible endpoints share: keys, requests, retries, pacing."""
