"""Models that run without torch: graphs in ONNX, run by onnxruntime (extra `embedded`)."""
