using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>A branch, a tag or a commit of a repository, checked: it becomes a path in the cache.</summary>
internal sealed partial record HubRevision
{
    private HubRevision(string text) => Text = text;

    /// <summary>The branch that is meant when nothing is said.</summary>
    public static HubRevision Main { get; } = new("main");

    /// <summary>As it was typed.</summary>
    public string Text { get; }

    /// <summary>Whether it names one commit for ever.</summary>
    public bool IsCommit => Commit().IsMatch(Text);

    /// <summary>Reads a revision; the rules are git's for names of references, as far as they keep a path in its folder.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static HubRevision Parse(string text) =>
        Form().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal)
        && !text.Split('/').Any(part => part.StartsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal))
            ? new HubRevision(text)
            : throw new FormatException($"'{text}' is not a revision: use a branch, a tag or a commit, for example main.");

    /// <summary>Whether <paramref name="text"/> is a whole commit id.</summary>
    public static bool IsCommitId(string? text) => text is not null && Commit().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\A[A-Za-z0-9_+][A-Za-z0-9_+.\-/@]{0,198}(?<!/)\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
