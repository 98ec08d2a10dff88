using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Models.Llava;

/// <summary>LLaVA-1.5's template (Vicuna's roles, without a system prompt): <c>USER: &lt;image&gt;\n{question} ASSISTANT:</c>.</summary>
internal sealed class LlavaPromptFormat(ITokenizer tokenizer, int imageTokenId) : IPromptFormat
{
    private const string BeforeImage = "USER: ";
    private const string BeforeQuestion = "\n";
    private const string AfterQuestion = " ASSISTANT:";

    private readonly int[] _head = [.. tokenizer.Prefix, .. tokenizer.EncodeText(BeforeImage).Select(token => token.Id)];

    /// <inheritdoc/>
    public MultimodalPrompt Compose(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var ids = new List<int>(_head) { imageTokenId };
        var tokens = new List<QuestionToken>();
        foreach (var token in tokenizer.EncodeText(BeforeQuestion + question + AfterQuestion, continues: true))
        {
            // A piece may reach over the question's edge into the template; it stands for what lies inside.
            var start = Math.Max(token.Start - BeforeQuestion.Length, 0);
            var end = Math.Min(token.End - BeforeQuestion.Length, question.Length);
            if (start < end) tokens.Add(new QuestionToken(ids.Count, token.Id, start, end));
            ids.Add(token.Id);
        }

        ids.AddRange(tokenizer.Suffix);
        return new MultimodalPrompt([.. ids], _head.Length, tokens);
    }
}
