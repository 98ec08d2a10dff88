using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>Tells checkpoints whose weights are stored as small integers or float8 with scales, which this runtime does not compute with.</summary>
internal static class QuantizedCheckpoint
{
    private const string Advice = "Quantised checkpoints cannot be served: use the original one, in bfloat16, float16 or float32";

    /// <summary>Ends of names under which GPTQ, AWQ, compressed-tensors, float8 and bitsandbytes store their parts.</summary>
    private static readonly string[] PartNames =
    [
        ".qweight", ".qzeros", ".scales", ".g_idx", ".weight_packed", ".weight_scale", ".weight_scale_inv", ".input_scale", ".weight_shape",
        ".SCB", ".absmax", ".quant_map", ".quant_state.bitsandbytes__nf4", ".quant_state.bitsandbytes__fp4",
    ];

    /// <summary>Refuses a folder whose <c>config.json</c> says that it is quantised.</summary>
    /// <exception cref="ModelLoadException">It does.</exception>
    public static void RefuseConfig(string directory)
    {
        var path = Path.Combine(directory, "config.json");
        if (!File.Exists(path)) return;
        var root = JsonField.Load(path);
        var found = root.Optional("quantization_config") ?? root.Optional("text_config")?.Optional("quantization_config");
        if (found is { } settings)
            throw new ModelLoadException($"{path}: field '{settings.Name}' says that the weights are quantised ({Method(settings)}). {Advice}.");
    }

    /// <summary>Refuses a file that holds parts of quantised weights, whatever the config says.</summary>
    /// <exception cref="ModelLoadException">It does.</exception>
    public static void RefuseParts(SafetensorsFile file)
    {
        var part = file.Entries.Keys.FirstOrDefault(name => PartNames.Any(end => name.EndsWith(end, StringComparison.Ordinal)));
        if (part is not null) throw new ModelLoadException($"{file.Path}: '{part}' is part of a quantised weight. {Advice}.");
    }

    /// <summary>What to throw for a tensor of a type that no weight can have.</summary>
    public static ModelLoadException RefuseType(string path, string tensor, string? type)
    {
        var known = string.Join(", ", Enum.GetNames<SafetensorsDType>());
        return new ModelLoadException($"{path}: tensor '{tensor}' has dtype {type}; supported are {known}. {Advice}.");
    }

    private static string Method(JsonField settings)
    {
        var method = settings.Text("quant_method", "method not named");
        var bits = settings.Optional("bits") ?? settings.Optional("w_bit");
        return bits is { } width ? $"{method}, {width.Element.GetRawText()} bits" : method;
    }
}
