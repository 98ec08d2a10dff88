using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

public sealed class TokenizerLoaderTests : IDisposable
{
    private readonly TokenizerFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("model.type", "\"Unigram\"")]
    [InlineData("normalizer.normalizers[0].type", "\"NFKC\"")]
    [InlineData("normalizer.normalizers[1].pattern.Regex", "\" +\"")]
    [InlineData("post_processor.type", "\"BertProcessing\"")]
    [InlineData("decoder.decoders[1].type", "\"WordPiece\"")]
    [InlineData("model.dropout", "0.1")]
    [InlineData("model.end_of_word_suffix", "\"_\"")]
    public void What_is_not_implemented_is_refused_by_field_and_value(string field, string value)
    {
        Set(field, value);
        var exception = Refusal();
        Assert.Contains($"'{field}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(JsonNode.Parse(value)!.ToJsonString(), exception.Message.Replace(": ", ":", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pre_tokenizer.type", """{"type": "Digits"}""")]
    [InlineData("pre_tokenizer.pretokenizers[1].type", """{"type": "Sequence", "pretokenizers": [{"type": "Metaspace", "replacement": "▁"}, {"type": "Whitespace"}]}""")]
    [InlineData("pre_tokenizer.behavior", """{"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Removed", "invert": false}""")]
    [InlineData("pre_tokenizer.invert", """{"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated", "invert": true}""")]
    [InlineData("pre_tokenizer.pattern.Regex", """{"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated", "invert": false}""")]
    [InlineData("pre_tokenizer.pattern", """{"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated", "invert": false}""")]
    [InlineData("pre_tokenizer.add_prefix_space", """{"type": "ByteLevel"}""")]
    [InlineData("model.vocab", """{"type": "ByteLevel", "add_prefix_space": false}""")]
    [InlineData("pre_tokenizer.replacement", """{"type": "Metaspace", "replacement": "__"}""")]
    [InlineData("pre_tokenizer.prepend_scheme", """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"}""")]
    [InlineData("pre_tokenizer.prepend_scheme", """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "add_prefix_space": false}""")]
    public void A_pre_tokenizer_that_is_not_implemented_is_refused_by_its_field(string field, string value)
    {
        Set("pre_tokenizer", value);
        Assert.Contains($"'{field}'", Refusal().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncation", """{"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}""")]
    [InlineData("padding", """{"strategy": {"Fixed": 8}, "direction": "Left", "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"}""")]
    public void Truncation_and_padding_do_not_concern_a_single_text(string field, string value)
    {
        var expected = TokenizerLoader.Load(_file.Save()).Encode("a b ab", addSpecialTokens: true);
        Set(field, value);
        Assert.Equal(expected, TokenizerLoader.Load(_file.Save()).Encode("a b ab", addSpecialTokens: true));
    }

    [Fact]
    public void A_folder_with_tokenizer_model_only_says_how_to_convert_it()
    {
        var folder = Path.GetDirectoryName(_file.FilePath)!;
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), [10, 0]);
        var message = Assert.Throws<ModelLoadException>(() => TokenizerLoader.LoadFolder(folder)).Message;
        Assert.StartsWith(_file.FilePath, message, StringComparison.Ordinal);
        Assert.Contains("only tokenizer.model", message, StringComparison.Ordinal);
        Assert.Contains($"AutoTokenizer.from_pretrained(\"{folder}\").save_pretrained(", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", "null")]
    [InlineData("model.vocab", "[]")]
    [InlineData("model.vocab", "{}")]
    [InlineData("model.vocab.ab", "-1")]
    [InlineData("model.vocab.ab", "2000000000")]
    [InlineData("model.vocab.ab", "1.5")]
    [InlineData("model.merges", "null")]
    [InlineData("model.merges[0]", "\"ab\"")]
    [InlineData("model.merges[0]", """["a"]""")]
    [InlineData("model.merges[1]", """["b", "b"]""")]
    [InlineData("model.unk_token", "\"<nothing>\"")]
    [InlineData("model.byte_fallback", "1")]
    [InlineData("decoder", "null")]
    [InlineData("decoder.decoders[3].content", "\"ab\"")]
    [InlineData("added_tokens[0].id", "\"zero\"")]
    [InlineData("added_tokens[0].id", "7")]
    [InlineData("added_tokens[0].content", "\"\"")]
    [InlineData("added_tokens[1].content", "\"<unk>\"")]
    [InlineData("normalizer.normalizers[1].pattern.String", "\"\"")]
    [InlineData("post_processor.single", "[]")]
    [InlineData("post_processor.special_tokens.<s>.ids[0]", "999")]
    public void What_is_malformed_is_refused_by_file_and_field(string field, string value)
    {
        Set(field, value);
        Assert.Contains($"'{field}'", Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_pieces_with_one_id_are_refused_by_name()
    {
        Set("model.vocab.ab", "260");
        Assert.Contains("'ab'", Refusal().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"type\": \"BPE\"}}")]
    [InlineData("{\"model\": {\"type\": \"\\ud800\"}}")]
    [InlineData("{\"model\": {\"\\ud800\": 1, \"\\ude80\": 2}}")]
    public void A_file_that_is_no_tokenizer_is_refused_by_path(string content)
    {
        var path = _file.Save(content);
        var exception = Assert.Throws<ModelLoadException>(() => TokenizerLoader.Load(path));
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var path = _file.Save(new string('[', 100_000) + new string(']', 100_000));
        Assert.Throws<ModelLoadException>(() => TokenizerLoader.Load(path));
    }

    [Fact]
    public void Size_is_bounded_before_anything_is_read()
    {
        var path = _file.Save();
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None)) stream.SetLength(1L << 32);
        Assert.Contains("4294967296 bytes", Assert.Throws<ModelLoadException>(() => TokenizerLoader.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_far_above_the_others_takes_no_memory_for_the_gap()
    {
        Set("model.vocab.ab", $"{1 << 24}");
        var path = _file.Save();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal((1 << 24) + 1, TokenizerLoader.Load(path).VocabularySize);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains(_file.FilePath, Assert.Throws<ModelLoadException>(() => TokenizerLoader.Load(_file.FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_obstacle()
    {
        var path = _file.Save('\uFEFF' + _file.Json.ToJsonString());
        Assert.NotEmpty(TokenizerLoader.Load(path).Encode("a", addSpecialTokens: false));
    }

    private ModelLoadException Refusal()
    {
        var path = _file.Save();
        var exception = Assert.Throws<ModelLoadException>(() => TokenizerLoader.Load(path));
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        return exception;
    }

    /// <summary>Sets the value at a path like <c>model.merges[0]</c>.</summary>
    private void Set(string path, string value)
    {
        JsonNode node = _file.Json;
        var steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1]) node = Child(node, step);
        if (steps[^1].StartsWith('[')) node[Index(steps[^1])] = JsonNode.Parse(value);
        else node[steps[^1]] = JsonNode.Parse(value);
    }

    private static JsonNode Child(JsonNode node, string step) => (step.StartsWith('[') ? node[Index(step)] : node[step])!;

    private static int Index(string step) => int.Parse(step.Trim('[', ']'), System.Globalization.CultureInfo.InvariantCulture);
}
