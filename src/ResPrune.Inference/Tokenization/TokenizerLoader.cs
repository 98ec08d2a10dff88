using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.json</c>. What it does not implement exactly it refuses by naming the field, never approximates.</summary>
internal static class TokenizerLoader
{
    /// <summary>The file's name in a checkpoint folder.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>Loads the tokenizer of a checkpoint folder.</summary>
    /// <exception cref="ModelLoadException">The file is missing, malformed, or needs something that is not implemented.</exception>
    public static ITokenizer LoadFolder(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path) && File.Exists(Path.Combine(directory, "tokenizer.model")))
        {
            throw new ModelLoadException(
                $"{path}: no such file; the folder has only tokenizer.model. Convert it once with transformers: "
                + $"AutoTokenizer.from_pretrained(\"{directory}\").save_pretrained(\"{directory}\") writes {FileName}.");
        }

        return Load(path);
    }

    /// <summary>Loads a file.</summary>
    /// <exception cref="ModelLoadException">The file is missing, malformed, or needs something that is not implemented.</exception>
    public static ITokenizer Load(string path)
    {
        // What the file says of truncation and padding does not concern a single text: transformers switches both off for it too.
        var root = JsonField.Load(path);
        var vocabulary = TokenizerVocabulary.Read(root);
        var steps = TokenizerPipeline.ReadPreTokenizer(root.Optional("pre_tokenizer"));
        if (steps.Exists(step => step is PreTokenizerStep.ByteLevel)) vocabulary.RequireBytes();
        var normalizer = new TextNormalizer(TokenizerPipeline.ReadNormalizer(root.Optional("normalizer")));
        var decoder = new TokenDecoder(TokenizerPipeline.ReadDecoder(root["decoder"]));
        var (prefix, suffix) = TokenizerPipeline.ReadTemplate(root.Optional("post_processor"), vocabulary.Size);
        return new BytePairTokenizer(
            vocabulary.Model, normalizer, new PreTokenizer(steps), decoder, vocabulary.Added, vocabulary.Pieces, prefix, suffix);
    }

    /// <summary>
    /// Checks that a tokenizer belongs to a checkpoint: the text that stands for a picture has the id the model expects, and plain text cannot
    /// bring that id into a prompt.
    /// </summary>
    /// <param name="directory">The checkpoint folder, for the message.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="imageToken">The placeholder's text.</param>
    /// <param name="imageTokenId">Its id according to <c>config.json</c>.</param>
    /// <exception cref="ModelLoadException">The tokenizer is another model's.</exception>
    public static void RequireImageToken(string directory, ITokenizer tokenizer, string imageToken, int imageTokenId)
    {
        var path = Path.Combine(directory, FileName);
        if (tokenizer.TokenId(imageToken) is not { } id)
        {
            throw new ModelLoadException(
                $"{path}: has no token {imageToken}, which this model puts in a picture's place (id {imageTokenId} in config.json); "
                + "this is another model's tokenizer.");
        }

        if (id != imageTokenId)
        {
            throw new ModelLoadException(
                $"{path}: {imageToken} has id {id}, but config.json's image token is {imageTokenId}; this is another model's tokenizer.");
        }

        if (tokenizer.EncodeText(imageToken).Any(token => token.Id == imageTokenId))
        {
            throw new ModelLoadException(
                $"{path}: {imageToken} is an ordinary piece (id {id}), so a question could hold it; it must be one of added_tokens.");
        }
    }
}
