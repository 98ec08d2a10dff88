using System.IO.Enumeration;

namespace ResPrune.Inference.Checkpoints;

/// <summary>Weights in a format that is not read here: how its files are called, what they are and what to do.</summary>
/// <param name="Names">Patterns of file names.</param>
/// <param name="What">What the files are, in the plural.</param>
/// <param name="Advice">What to do.</param>
internal sealed record ForeignFormat(IReadOnlyList<string> Names, string What, string Advice)
{
    /// <summary>What to do about weights that another program has converted.</summary>
    public const string UseOriginal = "use the model's original repository, with config.json and *.safetensors (bfloat16, float16 or float32)";

    private const string Convert =
        "Convert them once with transformers: AutoModelForImageTextToText.from_pretrained(DIR).save_pretrained(DIR) writes model.safetensors";

    /// <summary>What a training run leaves beside the weights: it ends like a pickle and holds none.</summary>
    private static readonly string[] NoWeights = ["training_args.bin", "optimizer*", "scheduler*", "rng_state*", "scaler*"];

    /// <summary>The formats by how much they say: the first that has a file in the folder names it.</summary>
    public static IReadOnlyList<ForeignFormat> All { get; } =
    [
        new(["*.gguf", "ggml-*.bin", "*.ggml"], "GGUF files, llama.cpp's format", UseOriginal),
        new(
            ["consolidated*.safetensors", "consolidated*.pt*"],
            "weights in the format of Mistral or Meta itself (consolidated, params.json)",
            "use the repository's Hugging Face files, or convert with the convert_*_weights_to_hf.py of transformers"),
        new(
            ["*-?????-of-?????.safetensors"],
            $"shards without {CheckpointFileNames.WeightIndex}, which says what is in them",
            "download that file too"),
        new(
            ["*.safetensors"],
            $"weights under another name than {CheckpointFileNames.Weights}",
            $"if they are the whole model's, call the file {CheckpointFileNames.Weights}; else download the model's own files"),
        new(["openvino*", "*.onnx", "*.onnx_data", "*.tflite", "*.engine", "*.mlmodel"], "a model compiled for another runtime (ONNX, OpenVINO, TensorRT …)", UseOriginal),
        new(["*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl"], "PyTorch pickles: weights are read from safetensors; .bin and .pt files can run code and are not", Convert),
        new(["*.h5", "*.msgpack", "*.npz", "*.npy"], "weights of TensorFlow, Flax or MLX", UseOriginal),
    ];

    /// <summary>The first format that a folder has files of, with one of the files; null when it has none.</summary>
    public static (ForeignFormat Format, string File)? Find(IReadOnlyCollection<string> files)
    {
        foreach (var format in All)
        {
            if (files.FirstOrDefault(format.Has) is { } file) return (format, file);
        }

        return null;
    }

    /// <summary>Whether a file of this name has this format.</summary>
    public bool Has(string file) => Matches(Names, file) && !Matches(NoWeights, file);

    private static bool Matches(IEnumerable<string> patterns, string file) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file, ignoreCase: true));
}
