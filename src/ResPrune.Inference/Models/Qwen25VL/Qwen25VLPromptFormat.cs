using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// Qwen2.5-VL's published template with its default system prompt. Every stretch of text stands between control tokens, the question among them,
/// so no merge reaches over the question's edge and nothing in it can become a control token.
/// </summary>
internal sealed class Qwen25VLPromptFormat : IPromptFormat
{
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>";

    private readonly ITokenizer _tokenizer;
    private readonly int[] _head;
    private readonly int[] _tail;
    private readonly int _imageIndex;

    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <param name="directory">The checkpoint's folder, for messages.</param>
    /// <param name="imageTokenId">The placeholder's id.</param>
    /// <exception cref="ModelLoadException">The tokenizer lacks a control token.</exception>
    public Qwen25VLPromptFormat(ITokenizer tokenizer, string directory, int imageTokenId)
    {
        _tokenizer = tokenizer;
        int Control(string name) => tokenizer.TokenId(name) ?? throw new ModelLoadException(
            $"{Path.Combine(directory, "tokenizer.json")}: has no '{name}', which this model's prompts need; it belongs to another model.");
        IEnumerable<int> Encode(string text) => tokenizer.EncodeText(text).Select(token => token.Id);

        var (start, end) = (Control(Start), Control(End));
        int[] beforeImage =
        [
            .. tokenizer.Prefix, start, .. Encode("system\nYou are a helpful assistant."), end, .. Encode("\n"),
            start, .. Encode("user\n"), Control("<|vision_start|>"),
        ];
        _imageIndex = beforeImage.Length;
        _head = [.. beforeImage, imageTokenId, Control("<|vision_end|>")];
        _tail = [end, .. Encode("\n"), start, .. Encode("assistant\n"), .. tokenizer.Suffix];
        Text = tokenizer.Decode(_head, skipSpecialTokens: false) + CheckpointChatTemplate.Question + tokenizer.Decode(_tail, skipSpecialTokens: false);
    }

    /// <inheritdoc/>
    public string Text { get; }

    /// <inheritdoc/>
    public MultimodalPrompt Compose(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var text = _tokenizer.EncodeText(question);
        var tokens = text.Select((token, i) => new QuestionToken(_head.Length + i, token.Id, token.Start, token.End)).Where(token => token.Start < token.End);
        return new MultimodalPrompt([.. _head, .. text.Select(token => token.Id), .. _tail], _imageIndex, [.. tokens]);
    }
}
