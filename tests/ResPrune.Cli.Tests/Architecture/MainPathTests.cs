using System.Globalization;
using System.Text.RegularExpressions;

namespace ResPrune.Cli.Tests.Architecture;

/// <summary>src/README.md is the newcomer's one page: its links lead somewhere and its numbers stand in the code they link to.</summary>
public sealed partial class MainPathTests
{
    [Fact]
    public void EveryStageOfTheTableIsNumberedInTheFirstTypeItLinksTo()
    {
        var root = Root();
        var stages = File.ReadAllLines(Path.Combine(root, "src", "README.md")).Select(line => Stage().Match(line)).Where(match => match.Success).ToArray();
        Assert.Equal(Enumerable.Range(1, 16), stages.Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
        foreach (var stage in stages)
        {
            var path = Path.Combine(root, "src", stage.Groups[2].Value);
            Assert.True(File.Exists(path), $"src/README.md, stage {stage.Groups[1]}: {path} does not exist.");
            Assert.Contains($"({stage.Groups[1].Value})", File.ReadAllText(path), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("src/README.md")]
    [InlineData("load/README.md")]
    [InlineData("src/ResPrune.TinyModel/README.md")]
    public void EveryRelativeLinkOfAPageLeadsSomewhere(string page)
    {
        var path = Path.Combine(Root(), page);
        var links = Link().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, link.Split('#')[0])), $"{page}: {link} leads nowhere."));
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"ResPrune.Cluster.sln is in no folder above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"^\| (\d+) \|.*?\]\(([^)]+\.cs)\)")]
    private static partial Regex Stage();

    [GeneratedRegex(@"\]\(([^)#][^)]*)\)")]
    private static partial Regex Link();
}
