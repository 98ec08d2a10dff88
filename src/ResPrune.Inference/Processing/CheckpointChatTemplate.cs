using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>
/// The Jinja chat template that a checkpoint folder brings along. It is not rendered: no well-kept Jinja library for .NET is to be had, and a
/// family's published prompt is code with golden tests. It is compared, so that a folder whose owner changed the template does not pass for
/// an ordinary one.
/// </summary>
/// <param name="File">Where it was found.</param>
/// <param name="Text">The template.</param>
internal sealed record CheckpointChatTemplate(string File, string Text)
{
    /// <summary>What stands for the question in a prompt given to <see cref="FindMissing"/>.</summary>
    public const string Question = "{question}";

    private const long MaxBytes = 1 << 20;

    /// <summary>
    /// The template of a folder, or null when it has none: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else
    /// <c>tokenizer_config.json</c>, as in transformers; of several named ones the one named <c>default</c>.
    /// </summary>
    /// <exception cref="ModelLoadException">A file is there and cannot be read.</exception>
    public static CheckpointChatTemplate? Read(string directory)
    {
        var plain = Path.Combine(directory, "chat_template.jinja");
        if (System.IO.File.Exists(plain)) return new CheckpointChatTemplate(plain, ReadPlain(plain));
        return FromJson(Path.Combine(directory, "chat_template.json")) ?? FromJson(Path.Combine(directory, "tokenizer_config.json"));
    }

    /// <summary>One line that says how a folder's template differs from the prompt that is composed, or null when no difference is seen.</summary>
    /// <param name="directory">The checkpoint folder.</param>
    /// <param name="prompt">The prompt, with <see cref="Question"/> in the question's place.</param>
    public static string? Differs(string directory, string prompt)
    {
        try
        {
            if (Read(directory) is not { } template || template.FindMissing(prompt) is not { } missing) return null;
            return $"{template.File}: the chat template has no '{missing}' where this runtime's prompt has it ({Escape(prompt)}). Templates of "
                + "folders are not rendered, so answers may differ from those that transformers' apply_chat_template leads to.";
        }
        catch (ModelLoadException exception)
        {
            return $"The chat template is not compared with this runtime's prompt: {exception.Message}";
        }
    }

    /// <summary>
    /// The first word or control token of a prompt that is not in the template's own text, in order; null when all are. The names of the user
    /// and of the system are not looked for, since templates take them from the message.
    /// </summary>
    public string? FindMissing(string prompt)
    {
        var literals = string.Join('\n', JinjaLiterals.Of(Text));
        var at = 0;
        foreach (var word in Words(prompt))
        {
            at = EndOf(literals, word, at);
            if (at < 0) return word;
        }

        return null;
    }

    /// <summary>The index behind a word that is not part of a longer one, or −1.</summary>
    private static int EndOf(string text, string word, int at)
    {
        for (; (at = text.IndexOf(word, at, StringComparison.Ordinal)) >= 0; at++)
        {
            var end = at + word.Length;
            var before = char.IsLetter(word[0]) && at > 0 && char.IsLetter(text[at - 1]);
            var after = char.IsLetter(word[^1]) && end < text.Length && char.IsLetter(text[end]);
            if (!before && !after) return end;
        }

        return -1;
    }

    private static IEnumerable<string> Words(string prompt)
    {
        var spaced = prompt.Replace(Question, " ", StringComparison.Ordinal)
            .Replace("<", " <", StringComparison.Ordinal)
            .Replace(">", "> ", StringComparison.Ordinal);
        return spaced.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.TrimEnd(':').ToUpperInvariant() is not ("USER" or "SYSTEM"));
    }

    private static string Escape(string prompt) => prompt.Replace("\n", "\\n", StringComparison.Ordinal);

    private static string ReadPlain(string path)
    {
        try
        {
            var length = FileLength.Of(path);
            if (length > MaxBytes) throw new ModelLoadException($"{path}: {length} bytes, more than the {MaxBytes} this file may have.");
            var text = System.IO.File.ReadAllText(path);
            return FileStandIn.DescribeText(text) is { } instead ? throw new ModelLoadException($"{path}: {instead}.") : text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    private static CheckpointChatTemplate? FromJson(string path)
    {
        if (!System.IO.File.Exists(path) || JsonField.Load(path).Optional("chat_template") is not { } field) return null;
        if (field.Element.ValueKind != System.Text.Json.JsonValueKind.Array) return new CheckpointChatTemplate(path, field.Text());
        foreach (var named in field.Items())
        {
            if (named["name"].Text() == "default") return new CheckpointChatTemplate(path, named["template"].Text());
        }

        return null;
    }
}
