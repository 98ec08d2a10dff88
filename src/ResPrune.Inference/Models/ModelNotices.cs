using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Models;

/// <summary>What is unusual about a checkpoint folder and does not keep it from serving, a line each; every verb that opens one says them.</summary>
internal static class ModelNotices
{
    /// <summary>The lines, the weightiest first; empty for an ordinary folder.</summary>
    public static IReadOnlyList<string> Of(IModelCheckpoint checkpoint, ITokenizer tokenizer)
    {
        string?[] lines =
        [
            FolderCheck.AdapterNotice(checkpoint.Directory),
            CheckpointChatTemplate.Differs(checkpoint.Directory, checkpoint.CreatePromptFormat(tokenizer).Text),
        ];
        return [.. lines.OfType<string>(), .. checkpoint.Generation.Notices];
    }
}
