namespace ResPrune.Inference.Weights;

/// <summary>One bfloat16 tensor to write.</summary>
/// <param name="Name">Published name.</param>
/// <param name="Fixed">The value of every element; null for random ones.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record RandomCheckpointTensor(string Name, float? Fixed, params IReadOnlyList<long> Shape)
{
    /// <summary>Bytes of its elements.</summary>
    public long Bytes => 2 * Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Every tensor of a LLaVA-1.5 checkpoint, under its published name.</summary>
    public static IEnumerable<RandomCheckpointTensor> AllOf(CheckpointShape shape) =>
        [.. Vision(shape), .. Projector(shape), .. Language(shape)];

    private static List<RandomCheckpointTensor> Vision(CheckpointShape shape)
    {
        const string Root = "vision_tower.vision_model.";
        long width = shape.VisionWidth, patches = (long)(shape.ImageSize / shape.PatchSize) * (shape.ImageSize / shape.PatchSize);
        List<RandomCheckpointTensor> tensors =
        [
            new(Root + "embeddings.class_embedding", null, width),
            new(Root + "embeddings.patch_embedding.weight", null, width, 3, shape.PatchSize, shape.PatchSize),
            new(Root + "embeddings.position_embedding.weight", null, patches + 1, width),
            .. Norm(Root + "pre_layrnorm", width),
            .. Norm(Root + "post_layernorm", width),
        ];
        for (var layer = 0; layer < shape.VisionLayers; layer++)
        {
            var name = $"{Root}encoder.layers.{layer}.";
            foreach (var projection in (ReadOnlySpan<string>)["q_proj", "k_proj", "v_proj", "out_proj"])
                tensors.AddRange(Linear($"{name}self_attn.{projection}", width, width));
            tensors.AddRange([.. Norm(name + "layer_norm1", width), .. Norm(name + "layer_norm2", width)]);
            tensors.AddRange(
                [.. Linear(name + "mlp.fc1", shape.VisionMlpWidth, width), .. Linear(name + "mlp.fc2", width, shape.VisionMlpWidth)]);
        }

        return tensors;
    }

    private static IEnumerable<RandomCheckpointTensor> Projector(CheckpointShape shape) =>
    [
        .. Linear("multi_modal_projector.linear_1", shape.Width, shape.VisionWidth),
        .. Linear("multi_modal_projector.linear_2", shape.Width, shape.Width),
    ];

    private static List<RandomCheckpointTensor> Language(CheckpointShape shape)
    {
        const string Root = "language_model.model.";
        long width = shape.Width, mlp = shape.MlpWidth;
        List<RandomCheckpointTensor> tensors = [new(Root + "embed_tokens.weight", null, shape.VocabularySize, width)];
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var name = $"{Root}layers.{layer}.";
            foreach (var projection in (ReadOnlySpan<string>)["q_proj", "k_proj", "v_proj", "o_proj"])
                tensors.Add(new($"{name}self_attn.{projection}.weight", null, width, width));
            tensors.Add(new(name + "mlp.gate_proj.weight", null, mlp, width));
            tensors.Add(new(name + "mlp.up_proj.weight", null, mlp, width));
            tensors.Add(new(name + "mlp.down_proj.weight", null, width, mlp));
            tensors.Add(new(name + "input_layernorm.weight", 1, width));
            tensors.Add(new(name + "post_attention_layernorm.weight", 1, width));
        }

        tensors.Add(new(Root + "norm.weight", 1, width));
        tensors.Add(new("language_model.lm_head.weight", null, shape.VocabularySize, width));
        return tensors;
    }

    private static IEnumerable<RandomCheckpointTensor> Linear(string name, long outputs, long inputs) =>
        [new(name + ".weight", null, outputs, inputs), new(name + ".bias", 0, outputs)];

    private static IEnumerable<RandomCheckpointTensor> Norm(string name, long width) =>
        [new(name + ".weight", 1, width), new(name + ".bias", 0, width)];
}
