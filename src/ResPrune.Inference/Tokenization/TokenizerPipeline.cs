using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tokenization;

/// <summary>What a <c>tokenizer.json</c> does to a text before the model, to pieces after it, and to ids around a text.</summary>
internal static class TokenizerPipeline
{
    /// <summary>The steps of <c>normalizer</c>.</summary>
    /// <exception cref="ModelLoadException">It is malformed or not implemented.</exception>
    public static List<NormalizerStep> ReadNormalizer(JsonField? field)
    {
        if (field is not { } normalizer) return [];
        var type = normalizer["type"];
        return type.Text() switch
        {
            "Sequence" => [.. normalizer["normalizers"].Items().SelectMany(step => ReadNormalizer(step))],
            "Prepend" => [new NormalizerStep.Prepend(normalizer["prepend"].Text())],
            "Replace" => [new NormalizerStep.Replace(ReadLiteral(normalizer["pattern"]), normalizer["content"].Text())],
            "NFC" => [new NormalizerStep.Compose()],
            _ => throw type.Invalid("Sequence, Prepend, Replace or NFC, the normalizers implemented"),
        };
    }

    /// <summary>The steps of <c>pre_tokenizer</c>.</summary>
    /// <exception cref="ModelLoadException">It is malformed or not implemented.</exception>
    public static List<PreTokenizerStep> ReadPreTokenizer(JsonField? field)
    {
        if (field is not { } preTokenizer) return [];
        var type = preTokenizer["type"];
        return type.Text() switch
        {
            "Sequence" => [.. preTokenizer["pretokenizers"].Items().SelectMany(step => ReadPreTokenizer(step))],
            "Split" => [ReadSplit(preTokenizer)],
            "ByteLevel" => [ReadByteLevel(preTokenizer)],
            "Metaspace" => [new PreTokenizerStep.Metaspace(ReadMark(preTokenizer), ReadScheme(preTokenizer), preTokenizer.Boolean("split", true))],
            _ => throw type.Invalid("Sequence, Split, ByteLevel or Metaspace, the pre-tokenizers implemented"),
        };
    }

    /// <summary>The steps of <c>decoder</c>.</summary>
    /// <exception cref="ModelLoadException">It is malformed or not implemented.</exception>
    public static List<DecoderStep> ReadDecoder(JsonField decoder)
    {
        var type = decoder["type"];
        return type.Text() switch
        {
            "Sequence" => [.. decoder["decoders"].Items().SelectMany(ReadDecoder)],
            "Replace" => [new DecoderStep.Replace(ReadLiteral(decoder["pattern"]), decoder["content"].Text())],
            "ByteFallback" => [new DecoderStep.ByteFallback()],
            "Fuse" => [new DecoderStep.Fuse()],
            "Strip" => [ReadStrip(decoder)],
            "ByteLevel" => [new DecoderStep.ByteLevel()],
            "Metaspace" => [new DecoderStep.Metaspace(ReadMark(decoder), ReadScheme(decoder) != PrependScheme.Never)],
            _ => throw type.Invalid("Sequence, Replace, ByteFallback, Fuse, Strip, ByteLevel or Metaspace, the decoders implemented"),
        };
    }

    /// <summary>What <c>post_processor</c> puts before and after a single text.</summary>
    /// <exception cref="ModelLoadException">It is malformed or not implemented.</exception>
    public static (List<int> Prefix, List<int> Suffix) ReadTemplate(JsonField? field, int vocabularySize)
    {
        if (field is not { } processor) return ([], []);
        var type = processor["type"];
        switch (type.Text())
        {
            case "TemplateProcessing":
                return ReadSingle(processor, vocabularySize);
            case "ByteLevel":
                // It trims the white space off offsets; ids stay.
                return ([], []);
            case "Sequence":
                List<int> prefix = [], suffix = [];
                foreach (var step in processor["processors"].Items())
                {
                    var (before, after) = ReadTemplate(step, vocabularySize);
                    prefix.InsertRange(0, before);
                    suffix.AddRange(after);
                }

                return (prefix, suffix);
            default:
                throw type.Invalid("TemplateProcessing, ByteLevel or Sequence, the post-processors implemented");
        }
    }

    private static PreTokenizerStep.Split ReadSplit(JsonField step)
    {
        var behavior = step["behavior"];
        if (behavior.Text() != "Isolated") throw behavior.Invalid("\"Isolated\", the only behavior implemented");
        if (step.Optional("invert") is { } invert && invert.Boolean()) throw invert.Invalid("false: inverted patterns are not implemented");
        var pattern = step["pattern"];
        var regex = pattern.Optional("Regex") ?? throw pattern.Invalid("a Regex");
        return new PreTokenizerStep.Split(
            WordPattern.Find(regex.Text()) ?? throw regex.Invalid("the expression of GPT-2, Qwen2 or Llama-3, the ones implemented"));
    }

    private static PreTokenizerStep.ByteLevel ReadByteLevel(JsonField step) =>
        new(step["add_prefix_space"].Boolean(), step.Boolean("use_regex", true) ? WordPattern.Gpt2 : null);

    private static char ReadMark(JsonField step)
    {
        var mark = step["replacement"];
        return mark.Text() is [var character] && !char.IsSurrogate(character) ? character : throw mark.Invalid("one character");
    }

    /// <summary>The older <c>add_prefix_space: false</c> means never.</summary>
    private static PrependScheme ReadScheme(JsonField step)
    {
        var older = step.Boolean("add_prefix_space", true);
        if (step.Optional("prepend_scheme") is not { } scheme) return older ? PrependScheme.Always : PrependScheme.Never;
        var read = scheme.Text() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Invalid("always, first or never"),
        };
        return older || read == PrependScheme.Never ? read : throw scheme.Invalid("never, since add_prefix_space is false");
    }

    private static DecoderStep.Strip ReadStrip(JsonField decoder)
    {
        var content = decoder["content"];
        return content.Text() is [var character]
            ? new DecoderStep.Strip(character, decoder["start"].Integer(0, int.MaxValue), decoder["stop"].Integer(0, int.MaxValue))
            : throw content.Invalid("one character");
    }

    private static string ReadLiteral(JsonField pattern)
    {
        if (pattern.Optional("Regex") is { } regex) throw regex.Invalid("a String pattern: regular expressions are not implemented here");
        var literal = pattern["String"];
        return literal.Text() is { Length: > 0 } text ? text : throw literal.Invalid("text to look for");
    }

    private static (List<int> Prefix, List<int> Suffix) ReadSingle(JsonField template, int vocabularySize)
    {
        List<int> prefix = [], suffix = [];
        var seen = false;
        foreach (var item in template["single"].Items())
        {
            if (item.Optional("Sequence") is { } sequence)
            {
                if (seen || sequence["id"].Text() != "A") throw item.Invalid("sequence A, once");
                seen = true;
                continue;
            }

            var name = item["SpecialToken"]["id"].Text();
            var ids = template["special_tokens"][name]["ids"];
            (seen ? suffix : prefix).AddRange(ids.Items().Select(id => id.Integer(0, vocabularySize - 1)));
        }

        return seen ? (prefix, suffix) : throw template["single"].Invalid("a template that holds sequence A");
    }
}
