using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Models.LlavaNext;
using ResPrune.Inference.Models.Qwen25VL;

namespace ResPrune.Inference.Models;

/// <summary>The model families this runtime knows.</summary>
internal static class ModelFamilies
{
    /// <summary>One line a family.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } =
    [
        new LlavaFamily(),
        new LlavaNextFamily(),
        new Qwen25VLFamily(),
    ];

    /// <summary>Opens a checkpoint folder by the <c>model_type</c> of its <c>config.json</c>, or by <c>architectures</c> where that is absent.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="needsWeights">Whether weights must be there; settings alone are enough to make random ones.</param>
    /// <exception cref="Engine.ModelLoadException">The folder is no checkpoint, has no readable config, or its family is not supported.</exception>
    public static IModelCheckpoint Open(string directory, bool needsWeights = true)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        FolderCheck.RequireCheckpoint(path, needsWeights);
        var root = JsonField.Load(Path.Combine(path, CheckpointFileNames.Config));
        if (root.Optional("vision_config") is null && root.Optional("mm_vision_tower") is not null)
        {
            throw root.Refuse(
                "mm_vision_tower", "is that of LLaVA's own code (liuhaotian/LLaVA), whose checkpoints are not read; use the Hugging Face form, such as llava-hf/llava-1.5-7b-hf");
        }

        return (Find(root) ?? throw Unsupported(root)).Open(path);
    }

    /// <summary>True when the family of a folder with a well-formed config is known.</summary>
    public static bool Supports(string directory) => Find(JsonField.Load(Path.Combine(directory, "config.json"))) is not null;

    private static IModelFamily? Find(JsonField root)
    {
        if (root.Optional("model_type") is { } type) return All.FirstOrDefault(family => family.ModelType == type.Text());
        var architectures = root.Optional("architectures")?.Items().Select(item => item.Text()).ToArray() ?? [];
        return All.FirstOrDefault(family => architectures.Contains(family.Architecture));
    }

    private static Engine.ModelLoadException Unsupported(JsonField root)
    {
        var supported = string.Join(", ", All.Select(family => family.ModelType));
        var textOnly = root.Optional("vision_config") is null ? "; without a 'vision_config' this is a text-only checkpoint, and a vision-language one is needed" : string.Empty;
        return root.Refuse("model_type", $"is '{root.Text("model_type", "(none)")}'; supported are: {supported}{textOnly}");
    }
}
