using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

public class ReadmeTests
{
    private const string Begin = "<!-- table: begin -->\n";
    private const string End = "<!-- table: end -->";

    /// <summary>With <c>RESPRUNE_UPDATE=1</c> the page is brought up to date instead.</summary>
    [Fact]
    public async Task The_table_of_settings_is_the_one_made_from_the_values()
    {
        var page = Path.Combine(Repository.Chart, "README.md");
        var text = await File.ReadAllTextAsync(page);
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= Begin.Length && end >= start, $"{page} has no table between its marks");
        var table = ValuesTable.Make(await File.ReadAllLinesAsync(Path.Combine(Repository.Chart, "values.yaml")));
        if (Environment.GetEnvironmentVariable("RESPRUNE_UPDATE") == "1") await File.WriteAllTextAsync(page, text[..start] + table + text[end..]);
        else Assert.True(text[start..end] == table, $"{page} is not made from values.yaml: run this test with RESPRUNE_UPDATE=1.");
    }

    [Fact]
    public void A_setting_without_a_comment_is_refused() =>
        Assert.Contains("line 3: 'b'", Assert.Throws<FormatException>(() => ValuesTable.Make(["# Known.", "a: 1", "b: 2"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Blocks_are_one_default() => Assert.Equal(
        "| setting | default | what it is |\n|---|---|---|\n| `a.b` | `{c: 1, d: 2}` | Two. |\n| `a.e` | `[{name: x}]` | One. |\n",
        ValuesTable.Make(["a:", "  # Two.", "  b:", "    c: 1", "    d: 2", "  # One.", "  e:", "    - name: x"]));
}
