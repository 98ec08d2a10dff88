using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tests.Checkpoints;

/// <summary><c>generation_config.json</c>: every field is honoured, of no effect, or named; values that cannot be are refused by file and field.</summary>
public sealed class GenerationConfigTests : IDisposable
{
    private const int Vocabulary = 100;
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-generation-").FullName;

    private string FilePath => Path.Combine(_directory, "generation_config.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void AFolderWithoutTheFileAsksForNothing()
    {
        var config = GenerationConfig.Read(_directory, Vocabulary);
        Assert.Equal((0.0, 1.0, 0, 0.0, 1.0, false), (config.Temperature, config.TopP, config.TopK, config.MinP, config.RepetitionPenalty, config.HasRules));
        Assert.Empty(config.Notices);
        Assert.Empty(config.Settings);
        Assert.Null(config.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"_from_model_config": true, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 32001, "transformers_version": "4.36.0.dev0"}""")]
    [InlineData("""{"do_sample": false, "temperature": 1.0, "top_p": 1, "top_k": 50, "repetition_penalty": 1.0, "num_beams": 1, "length_penalty": 1, "max_length": 20}""")]
    [InlineData("""{"max_new_tokens": null, "bad_words_ids": null, "suppress_tokens": [], "early_stopping": false, "no_repeat_ngram_size": 0, "use_cache": true}""")]
    public void WhatIsEverywhereAsksForNothingAndIsNotNamed(string json)
    {
        var config = Read(json);
        Assert.Empty(config.Notices);
        Assert.Empty(config.Settings);
        Assert.Equal(0, config.Temperature);
    }

    [Fact]
    public void WhatTheFileSamplesByIsReadAndSaid()
    {
        var config = Read("""{"do_sample": true, "temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.05}""");
        Assert.Equal((0.7, 0.8, 20, 0.05, 1.05), (config.Temperature, config.TopP, config.TopK, config.MinP, config.RepetitionPenalty));
        var notice = Assert.Single(config.Notices);
        Assert.StartsWith(FilePath, notice, StringComparison.Ordinal);
        Assert.Contains("do_sample=true, temperature=0.7, top_p=0.8, top_k=20, min_p=0.05, repetition_penalty=1.05", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void SamplingWithoutNumbersHasThoseOfTransformers()
    {
        var config = Read("""{"do_sample": true}""");
        Assert.Equal((1.0, 1.0, 50, 0.0), (config.Temperature, config.TopP, config.TopK, config.MinP));
    }

    [Fact]
    public void RulesAreReadAndSaid()
    {
        var config = Read("""
            {"suppress_tokens": [3, 4], "begin_suppress_tokens": [5], "bad_words_ids": [[6], [7, 8]], "no_repeat_ngram_size": 3, "min_new_tokens": 2, "eos_token_id": [1, 2]}
            """);
        Assert.True(config.HasRules);
        Assert.Equal([3, 4], config.SuppressTokens);
        Assert.Equal([5], config.BeginSuppressTokens);
        Assert.Equal<IReadOnlyList<int>>([[6], [7, 8]], config.BadWords);
        Assert.Equal((3, 2), (config.NoRepeatNgramSize, config.MinNewTokens));
        Assert.Equal([1, 2], config.EosTokenIds!);
        var notice = Assert.Single(config.Notices);
        foreach (var part in (string[])["suppress_tokens=[3,4]", "begin_suppress_tokens=[5]", "bad_words_ids=[[6],[7,8]]", "no_repeat_ngram_size=3", "min_new_tokens=2"])
            Assert.Contains(part, notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num_beams", "4")]
    [InlineData("num_return_sequences", "2")]
    [InlineData("penalty_alpha", "0.6")]
    [InlineData("forced_eos_token_id", "2")]
    [InlineData("forced_bos_token_id", "0")]
    [InlineData("typical_p", "0.9")]
    [InlineData("epsilon_cutoff", "0.0003")]
    [InlineData("guidance_scale", "1.5")]
    [InlineData("stop_strings", "[\"###\"]")]
    [InlineData("sequence_bias", "[[[3], -1.0]]")]
    [InlineData("max_time", "3.5")]
    [InlineData("min_length", "10")]
    [InlineData("a_field_of_tomorrow", "true")]
    [InlineData("temperature", "0.9")]
    [InlineData("top_p", "0.6")]
    [InlineData("top_k", "3")]
    [InlineData("max_new_tokens", "2048")]
    [InlineData("max_length", "4096")]
    public void WhatIsAskedForAndNotDoneIsNamed(string field, string value)
    {
        var notice = Assert.Single(Read($$"""{"{{field}}": {{value}}}""").Notices);
        Assert.StartsWith($"{FilePath} asks for {field}={value}", notice, StringComparison.Ordinal);
        Assert.EndsWith("which is not used here.", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralThatAreNotDoneAreNamedInOneLine()
    {
        var notice = Assert.Single(Read("""{"num_beams": 4, "max_new_tokens": 2048}""").Notices);
        Assert.Contains("num_beams=4, max_new_tokens=2048 (--max-tokens decides), which are not used here", notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("do_sample", "\"yes\"")]
    [InlineData("temperature", "-1")]
    [InlineData("temperature", "\"hot\"")]
    [InlineData("top_p", "1.5")]
    [InlineData("top_p", "-0.1")]
    [InlineData("top_k", "-1")]
    [InlineData("top_k", "2.5")]
    [InlineData("min_p", "2")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("repetition_penalty", "-1.05")]
    [InlineData("no_repeat_ngram_size", "-3")]
    [InlineData("min_new_tokens", "-1")]
    [InlineData("suppress_tokens", "[3, 100]", "suppress_tokens[1]")]
    [InlineData("suppress_tokens", "[-1]", "suppress_tokens[0]")]
    [InlineData("suppress_tokens", "7")]
    [InlineData("begin_suppress_tokens", "[\"a\"]", "begin_suppress_tokens[0]")]
    [InlineData("bad_words_ids", "[[]]", "bad_words_ids[0]")]
    [InlineData("bad_words_ids", "[[1, 100]]", "bad_words_ids[0][1]")]
    [InlineData("eos_token_id", "-2")]
    [InlineData("eos_token_id", "[1, \"2\"]", "eos_token_id[1]")]
    public void AValueThatCannotBeIsRefusedByFileAndField(string field, string value, string? named = null)
    {
        var exception = Assert.Throws<ModelLoadException>(() => Read($$"""{"{{field}}": {{value}}}"""));
        Assert.StartsWith($"{FilePath}: field '{named ?? field}' is ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARequestsOwnSettingsGoBeforeTheFiles()
    {
        var config = Read("""{"do_sample": true, "temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.05}""");
        var open = new SamplingParameters().Over(config);
        Assert.Equal((0.7, 0.8, 20, 0.05, 1.05), (open.Temperature!.Value, open.TopP!.Value, open.TopK!.Value, open.MinP!.Value, open.RepetitionPenalty!.Value));
        var own = new SamplingParameters { Temperature = 0, TopP = 1, TopK = 0, MinP = 0, RepetitionPenalty = 1 };
        Assert.Equal(own, own.Over(config));
    }

    private GenerationConfig Read(string json)
    {
        File.WriteAllText(FilePath, json);
        return GenerationConfig.Read(_directory, Vocabulary);
    }
}
