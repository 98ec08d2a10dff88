namespace ResPrune.Inference.Checkpoints;

/// <summary>Names of the files that make a folder a checkpoint: <c>transformers/utils/__init__.py</c>.</summary>
internal static class CheckpointFileNames
{
    /// <summary>What the model is.</summary>
    public const string Config = "config.json";

    /// <summary>How answers are chosen.</summary>
    public const string GenerationConfig = "generation_config.json";

    /// <summary>The weights in one file.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Which shard holds which weight.</summary>
    public const string WeightIndex = "model.safetensors.index.json";

    /// <summary>What an adapter adapts (PEFT).</summary>
    public const string AdapterConfig = "adapter_config.json";
}
