using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Processing;

/// <summary>
/// (10) Composes a chat template: the template's own control tokens are ids, everything between two of them is tokenised as one stretch of
/// plain text, so that nothing in a question can become a control token.
/// </summary>
internal sealed class ChatPromptFormat : IPromptFormat
{
    private readonly ITokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly int[] _head;
    private readonly int[] _tail;

    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <param name="imageTokenId">The picture's placeholder.</param>
    /// <param name="template">What is around picture and question.</param>
    public ChatPromptFormat(ITokenizer tokenizer, int imageTokenId, ChatTemplate template)
    {
        _tokenizer = tokenizer;
        _template = template;
        _head = [.. tokenizer.Prefix, .. tokenizer.Encode(template.Head, addSpecialTokens: false), imageTokenId];
        _tail = [.. tokenizer.Encode(template.Tail, addSpecialTokens: false), .. tokenizer.Suffix];
        var image = tokenizer.Decode([imageTokenId], skipSpecialTokens: false);
        Text = template.Head + image + template.Between + CheckpointChatTemplate.Question + template.After + template.Tail;
    }

    /// <inheritdoc/>
    public string Text { get; }

    /// <inheritdoc/>
    public MultimodalPrompt Compose(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var ids = new List<int>(_head);
        var tokens = new List<QuestionToken>();
        var offset = _template.Between.Length;
        foreach (var token in _tokenizer.EncodeText(_template.Between + question + _template.After, continues: true))
        {
            // A piece may reach over the question's edge into the template; it stands for what lies inside.
            var start = Math.Max(token.Start - offset, 0);
            var end = Math.Min(token.End - offset, question.Length);
            if (start < end) tokens.Add(new QuestionToken(ids.Count, token.Id, start, end));
            ids.Add(token.Id);
        }

        ids.AddRange(_tail);
        return new MultimodalPrompt([.. ids], _head.Length - 1, tokens);
    }
}
