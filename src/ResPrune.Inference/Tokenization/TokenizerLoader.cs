using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.json</c>. What it does not implement exactly it refuses by naming the field, never approximates.</summary>
internal static class TokenizerLoader
{
    private const int MaxId = 1 << 24;

    /// <summary>Loads a file.</summary>
    /// <exception cref="ModelLoadException">The file is missing, malformed, or needs something that is not implemented.</exception>
    public static ITokenizer Load(string path)
    {
        var root = JsonField.Load(path);
        if (FindUnsupported(root) is { } unsupported) throw unsupported;
        var model = root["model"];
        var vocabulary = ReadVocabulary(model["vocab"]);
        var added = ReadAddedTokens(root, vocabulary);
        var pieces = IndexPieces(root, vocabulary, added);
        var (prefix, suffix) = ReadTemplate(root, pieces.Length);
        return new SentencePieceTokenizer(
            new BytePairModel(vocabulary, ReadMerges(model["merges"], vocabulary), ReadOptions(model, vocabulary)),
            new TextNormalizer(ReadNormalizer(root.Optional("normalizer"))),
            new TokenDecoder(ReadDecoder(root["decoder"])),
            added,
            pieces,
            prefix,
            suffix);
    }

    /// <summary>True when <see cref="Load"/> implements the kind of tokenizer that a well-formed file asks for.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    public static bool Supports(string path) => FindUnsupported(JsonField.Load(path)) is null;

    private static ModelLoadException? FindUnsupported(JsonField root)
    {
        var model = root["model"];
        var type = model["type"];
        if (type.Text() != "BPE") return type.Invalid("\"BPE\", the only kind of model implemented");
        if (root.Optional("pre_tokenizer") is { } preTokenizer)
            return preTokenizer.Invalid("null: pre-tokenizers are not implemented (SentencePiece-style BPE has none)");
        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Optional(name) is { } affix && affix.Text().Length > 0) return affix.Invalid("null: affixes are not implemented");
        }

        if (model.Optional("dropout") is { } dropout && dropout.Number() != 0)
            return dropout.Invalid("null: a tokenizer that drops merges at random cannot serve");
        if (model.Optional("ignore_merges") is { } ignoreMerges && ignoreMerges.Boolean())
            return ignoreMerges.Invalid("false: looking up whole words before merging is not implemented");
        if (root.Optional("truncation") is { } truncation) return truncation.Invalid("null: texts are never cut silently");
        return root.Optional("padding") is { } padding ? padding.Invalid("null: single texts are not padded") : null;
    }

    private static Dictionary<string, int> ReadVocabulary(JsonField field)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (piece, id) in field.Members())
        {
            if (!vocabulary.TryAdd(piece, id.Integer(0, MaxId))) throw id.Invalid("one entry a piece");
        }

        return vocabulary.Count > 0 ? vocabulary : throw field.Invalid("at least one piece");
    }

    private static Dictionary<(int Left, int Right), (int Rank, int Id)> ReadMerges(JsonField field, Dictionary<string, int> vocabulary)
    {
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        var rank = 0;
        foreach (var entry in field.Items())
        {
            var (left, right) = ReadPair(entry);
            if (!vocabulary.TryGetValue(left, out var leftId)
                || !vocabulary.TryGetValue(right, out var rightId)
                || !vocabulary.TryGetValue(left + right, out var mergedId))
            {
                throw entry.Invalid("two pieces of model.vocab whose concatenation is also one");
            }

            merges[(leftId, rightId)] = (rank++, mergedId);
        }

        return merges;
    }

    /// <summary>A merge is <c>"a b"</c> in older files, <c>["a", "b"]</c> in newer ones, where pieces may hold spaces.</summary>
    private static (string Left, string Right) ReadPair(JsonField entry)
    {
        const string Expected = "\"left right\" or [\"left\", \"right\"]";
        if (entry.Element.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            var parts = entry.Items().Select(part => part.Text()).ToArray();
            return parts is [var left, var right] ? (left, right) : throw entry.Invalid(Expected);
        }

        return entry.Text().Split(' ') is [var first, var second] ? (first, second) : throw entry.Invalid(Expected);
    }

    private static BytePairOptions ReadOptions(JsonField model, Dictionary<string, int> vocabulary)
    {
        int? unknownId = null;
        if (model.Optional("unk_token") is { } unknown)
            unknownId = vocabulary.TryGetValue(unknown.Text(), out var id) ? id : throw unknown.Invalid("a piece of model.vocab");
        return new BytePairOptions(
            model.Optional("byte_fallback")?.Boolean() ?? false,
            unknownId,
            model.Optional("fuse_unk")?.Boolean() ?? false);
    }

    private static List<AddedToken> ReadAddedTokens(JsonField root, Dictionary<string, int> vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (root.Optional("added_tokens") is not { } field) return tokens;
        foreach (var entry in field.Items())
        {
            var token = new AddedToken(
                entry["id"].Integer(0, MaxId),
                entry["content"].Text(),
                entry.Optional("single_word")?.Boolean() ?? false,
                entry.Optional("lstrip")?.Boolean() ?? false,
                entry.Optional("rstrip")?.Boolean() ?? false,
                entry.Optional("normalized")?.Boolean() ?? false,
                entry.Optional("special")?.Boolean() ?? false);
            if (token.Content.Length == 0) throw entry["content"].Invalid("text to look for");
            if (tokens.Exists(other => other.Content == token.Content)) throw entry["content"].Invalid("one entry a token");
            if (vocabulary.TryGetValue(token.Content, out var id) && id != token.Id)
                throw entry["id"].Invalid($"{id}, the id of that piece in model.vocab");
            tokens.Add(token);
        }

        return tokens;
    }

    private static string?[] IndexPieces(JsonField root, Dictionary<string, int> vocabulary, List<AddedToken> added)
    {
        var largest = Math.Max(vocabulary.Values.Max(), added.Count == 0 ? 0 : added.Max(token => token.Id));
        var pieces = new string?[largest + 1];
        foreach (var (piece, id) in vocabulary.Concat(added.Select(token => KeyValuePair.Create(token.Content, token.Id))))
        {
            if (pieces[id] is { } taken && taken != piece)
                throw new ModelLoadException($"{root.File}: '{taken}' and '{piece}' both have id {id}; ids must be unique.");
            pieces[id] = piece;
        }

        return pieces;
    }

    private static List<NormalizerStep> ReadNormalizer(JsonField? field)
    {
        if (field is not { } normalizer) return [];
        var type = normalizer["type"];
        return type.Text() switch
        {
            "Sequence" => [.. normalizer["normalizers"].Items().SelectMany(step => ReadNormalizer(step))],
            "Prepend" => [new NormalizerStep(null, normalizer["prepend"].Text())],
            "Replace" => [new NormalizerStep(ReadLiteral(normalizer["pattern"]), normalizer["content"].Text())],
            _ => throw type.Invalid("Sequence, Prepend or Replace, the normalizers implemented"),
        };
    }

    private static List<DecoderStep> ReadDecoder(JsonField decoder)
    {
        var type = decoder["type"];
        return type.Text() switch
        {
            "Sequence" => [.. decoder["decoders"].Items().SelectMany(ReadDecoder)],
            "Replace" => [new DecoderStep.Replace(ReadLiteral(decoder["pattern"]), decoder["content"].Text())],
            "ByteFallback" => [new DecoderStep.ByteFallback()],
            "Fuse" => [new DecoderStep.Fuse()],
            "Strip" => [ReadStrip(decoder)],
            _ => throw type.Invalid("Sequence, Replace, ByteFallback, Fuse or Strip, the decoders implemented"),
        };
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

    /// <summary>What the template for a single text puts before and after it.</summary>
    private static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) ReadTemplate(JsonField root, int vocabularySize)
    {
        if (root.Optional("post_processor") is not { } template) return ([], []);
        var type = template["type"];
        if (type.Text() != "TemplateProcessing") throw type.Invalid("TemplateProcessing, the only post-processor implemented");
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
