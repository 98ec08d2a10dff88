using System.Text;

namespace ResPrune.Helm.Tests.Chart;

/// <summary>
/// The table of settings, made from <c>values.yaml</c>: the comment above a key is its documentation. A key with a comment is one row, with
/// whatever stands below it as its default; a key without one holds others, which must have theirs.
/// </summary>
internal static class ValuesTable
{
    /// <summary>Makes the table.</summary>
    /// <exception cref="FormatException">A setting has no comment.</exception>
    public static string Make(IReadOnlyList<string> lines)
    {
        var table = new StringBuilder("| setting | default | what it is |\n|---|---|---|\n");
        var path = new List<(int Indent, string Key)>();
        var comment = new List<string>();
        for (var at = 0; at < lines.Count; at++)
        {
            var line = lines[at].TrimEnd();
            var text = line.TrimStart();
            var indent = line.Length - text.Length;
            if (text.StartsWith('#'))
            {
                comment.Add(text[1..].Trim());
                continue;
            }

            if (text.Length == 0)
            {
                comment.Clear();
                continue;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            path.RemoveAll(parent => parent.Indent >= indent);
            path.Add((indent, text[..colon]));
            var value = text[(colon + 1)..].Trim();
            if (comment.Count == 0)
            {
                if (value.Length > 0) throw new FormatException($"values.yaml line {at + 1}: '{text[..colon]}' has no comment above it.");
                continue;
            }

            var below = new List<string>();
            while (value.Length == 0 && at + 1 < lines.Count && lines[at + 1].StartsWith(new string(' ', indent + 1), StringComparison.Ordinal))
                below.Add(lines[++at].Trim());
            table.Append("| `").AppendJoin('.', path.Select(part => part.Key)).Append("` | `").Append(value.Length > 0 ? value : Block(below))
                .Append("` | ").AppendJoin(' ', comment).Append(" |\n");
            comment.Clear();
        }

        return table.ToString();
    }

    private static string Block(List<string> below) => below.Count > 0 && below[0].StartsWith("- ", StringComparison.Ordinal)
        ? $"[{string.Join(", ", below.Select(item => $"{{{item[2..]}}}"))}]"
        : $"{{{string.Join(", ", below)}}}";
}
