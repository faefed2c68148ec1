"""The models and their producers. One line each: its name in expressions, and where it is defined.

A value that is an expression (it has a bracket) is a preset of another model.
"""

MODELS: dict[str, str] = {
    "bm25": "models.bm25:BM25",
    "bm25-mteb": "bm25(stemmer='english')",
    "bm25-lucene": (
        "bm25(k1=0.9, b=0.4, tokenizer='lucene', stemmer='porter', lengths='lucene', zeros=false)"
    ),
    "bm25-rank": "models.bm25_rank:RankBM25",
    "bm25-pyserini": "models.bm25_pyserini:PyseriniBM25",
    "lucene": "models.prebuilt.lucene:LuceneFolder",
    "faiss": "models.prebuilt.faiss_index:FaissFile",
    "hf": "models.hf:HuggingFace",
    "minilm": "models.minilm:MiniLM",
    "onnx-embedder": "models.embedded.embedder:OnnxEmbedder",
    "openai-embedding": "models.openai_embedding:OpenAIEmbedding",
    "mteb": "models.mteb_model:MTEB",
    "mteb-reranker": "models.mteb_reranker:MTEBReranker",
    "late": "models.late_interaction:LateInteraction",
    "splade": "models.splade:Splade",
    "dense": "models.dense:Dense",
    "ce": "models.cross_encoder:CrossEncoder",
    "monot5": "models.monot5:MonoT5",
    "yesno": "models.yes_no:YesNo",
    "listwise": "models.listwise:Listwise",
    "openai": "models.openai_chat:OpenAIChat",
    "onnx-chat": "models.embedded.chat:OnnxChat",
    "transformers": "models.transformers_chat:TransformersChat",
    "prompted": "models.chat.prompted:Prompted",
    "record": "models.chat.recording:Record",
    "replay": "models.replay:Replay",
    "scripted": "models.scripted:Scripted",
    "function-calling": "models.agents.function_calling:FunctionCalling",
    "react": "models.agents.react:ReAct",
    "atc": "models.agents.atc:ATC",
    "conagents": "models.agents.conagents:ConAgents",
    "rea360": "models.agents.rea360:REA360",
    "parallel-function-calling": "models.agents.parallel:ParallelFunctionCalling",
    "dfsdt": "models.agents.dfsdt:DFSDT",
    "dta": "models.agents.dta:DTA",
    "closed-book": "models.agents.answerers.closed_book:ClosedBook",
    "rag": "models.agents.answerers.rag:RAG",
    "react-search": "models.agents.answerers.react_search:ReActSearch",
    "ircot": "models.agents.answerers.ircot:IRCoT",
    "iter-retgen": "models.agents.answerers.iter_retgen:IterRetGen",
    "search-r1": "models.agents.answerers.search_r1:SearchR1",
    "genground": "models.agents.answerers.genground:GenGround",
    "exsearch": "models.agents.answerers.exsearch:ExSearch",
    "dro": "models.agents.answerers.dro:DRO",
    "best_of": "models.agents.best_of:BestOf",
    "run": "models.saved_run:SavedRun",
    "rrf": "models.fusion:ReciprocalRankFusion",
    "fuse": "models.fusion:ScoreFusion",
    "random": "models.reference:RandomRanking",
    "oracle": "models.reference:Oracle",
    "abstain": "models.reference_agents:Abstain",
    "%": "models.pipeline:Cut",
    ">>": "models.pipeline:Pipeline",
}

WRAPS: dict[str, str] = {
    "sentence_transformers:SentenceTransformer": "hf",
    "sentence_transformers:MultiVectorEncoder": "late",
    "sentence_transformers:SparseEncoder": "splade",
    "sentence_transformers:CrossEncoder": "ce",
}
"""Models of other libraries, by top package and class, to the adapter that runs them."""

PRODUCERS: dict[str, str] = {
    "sft": "models.producers.sft:Sft",
    "dpo": "models.producers.dpo:Dpo",
    "toolret": "models.producers.toolret:ToolRet",
    "pretrain": "models.producers.pretrain:Pretrain",
    "pretrain-encoder": "models.producers.pretrain_encoder:PretrainEncoder",
    "ttpa": "models.producers.ttpa:Ttpa",
    "exsearch": "models.producers.exsearch:ExSearch",
    "dro": "models.producers.dro:Dro",
    "dta": "models.producers.dta:Dta",
    "genground-igd": "models.producers.genground_igd:GenGroundIgd",
    "principles": "models.producers.principles:Principles",
}
"""Methods that make checkpoints."""
