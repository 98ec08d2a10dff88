using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>The environment variables mean what they mean to Python.</summary>
public sealed class HubSettingsTests
{
    private const string Secret = "hf_secret";

    [Theory]
    [InlineData("/u/.cache/huggingface/hub", "HOME=/u")]
    [InlineData("/x/huggingface/hub", "HOME=/u", "XDG_CACHE_HOME=/x")]
    [InlineData("/h/hub", "HOME=/u", "XDG_CACHE_HOME=/x", "HF_HOME=/h")]
    [InlineData("/old", "HF_HOME=/h", "HUGGINGFACE_HUB_CACHE=/old")]
    [InlineData("/new", "HF_HOME=/h", "HUGGINGFACE_HUB_CACHE=/old", "HF_HUB_CACHE=/new")]
    [InlineData("/u/h/hub", "HOME=/u", "HF_HOME=~/h")]
    [InlineData("/u/a/b/hub", "HOME=/u", "A=a", "B=b", "HF_HOME=$HOME/$A/${B}")]
    [InlineData("/u/.cache/huggingface/hub", "HOME=/u", "HF_HOME=")]
    public void TheCacheIsWherePythonKeepsIt(string expected, params string[] variables) => Assert.Equal(expected, Read(variables).CacheDirectory);

    [Fact]
    public void TheEndpointIsTypedThenSetThenThePublicOne()
    {
        Assert.Equal("https://huggingface.co/", Read([]).Endpoint.AbsoluteUri);
        Assert.Equal("http://mirror:8080/hf", Read(["HF_ENDPOINT=http://mirror:8080/hf/"]).Endpoint.AbsoluteUri);
        Assert.Equal("https://typed/", HubSettings.FromEnvironment(Variables(["HF_ENDPOINT=http://mirror"]), new Uri("https://typed")).Endpoint.AbsoluteUri);
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("ftp://mirror")]
    [InlineData("https://user:" + Secret + "@mirror")]
    public void AnEndpointThatIsNoneIsRefusedWithoutBeingPrinted(string text)
    {
        var exception = Assert.Throws<FormatException>(() => Read([$"HF_ENDPOINT={text}"]));
        Assert.Contains("HF_ENDPOINT", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTokenIsTheVariablesElseTheFiles()
    {
        var home = Directory.CreateTempSubdirectory("resprune-home-");
        try
        {
            Assert.Null(TokenOf([$"HF_HOME={home.FullName}"]));
            File.WriteAllText(Path.Combine(home.FullName, "token"), "hf_file\n");
            Assert.Equal("hf_file", TokenOf([$"HF_HOME={home.FullName}"]));
            Assert.Equal(Secret, TokenOf([$"HF_HOME={home.FullName}", $"HF_TOKEN= {Secret}\n"]));
            File.WriteAllText(Path.Combine(home.FullName, "other"), "hf_other");
            Assert.Equal("hf_other", TokenOf([$"HF_HOME={home.FullName}", $"HF_TOKEN_PATH={home.FullName}/other"]));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public void TheTokenIsNeverPrinted()
    {
        Assert.DoesNotContain(Secret, $"{Read([$"HF_TOKEN={Secret}"])}", StringComparison.Ordinal);
        var exception = Assert.Throws<FormatException>(() => Read([$"HF_TOKEN={Secret}\nX-Header: 1"]));
        Assert.Contains("HF_TOKEN", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void OfflineIsWhatPythonTakesForIt(string value, bool expected)
    {
        Assert.Equal(expected, Read([$"HF_HUB_OFFLINE={value}"]).IsOffline);
        Assert.Equal(expected, Read([$"TRANSFORMERS_OFFLINE={value}"]).IsOffline);
    }

    [Theory]
    [InlineData("llava-hf/llava-1.5-7b-hf", true)]
    [InlineData("Qwen/Qwen2.5-VL-3B-Instruct", true)]
    [InlineData("a/b", true)]
    [InlineData("gpt2", false)]
    [InlineData("a/b/c", false)]
    [InlineData("/models/llava", false)]
    [InlineData("../llava", false)]
    [InlineData("./llava", false)]
    [InlineData("a/..", false)]
    [InlineData("a/b--c", false)]
    [InlineData("a/b.git", false)]
    [InlineData("a/b c", false)]
    [InlineData("a/b\n", false)]
    public void ANameIsAnOrganisationAndAModel(string text, bool expected) => Assert.Equal(expected, HubRepository.TryParse(text, out _));

    [Theory]
    [InlineData("main")]
    [InlineData("refs/pr/3")]
    [InlineData("v1.0")]
    [InlineData("0123456789abcdef0123456789abcdef01234567")]
    public void ARevisionIsABranchATagOrACommit(string text) => Assert.Equal(text, HubRevision.Parse(text).Text);

    [Theory]
    [InlineData("")]
    [InlineData("../main")]
    [InlineData("a/../b")]
    [InlineData("/main")]
    [InlineData("main/")]
    [InlineData("a//b")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a/.b")]
    public void WhatLeadsOutOfTheFolderIsNoRevision(string text) => Assert.Throws<FormatException>(() => HubRevision.Parse(text));

    private static HubSettings Read(string[] variables) => HubSettings.FromEnvironment(Variables(variables));

    private static string? TokenOf(string[] variables)
    {
        using var request = new HttpRequestMessage();
        Read(variables).Authorize(request);
        return request.Headers.Authorization?.Parameter;
    }

    // Without a home of its own a test would read the token of whoever runs it.
    private static Func<string, string?> Variables(string[] variables)
    {
        var values = variables.Prepend("HOME=/nowhere").Select(variable => variable.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
        return values.GetValueOrDefault;
    }
}
