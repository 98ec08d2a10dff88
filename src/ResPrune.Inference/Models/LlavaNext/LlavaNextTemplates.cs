using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// The templates on the model cards of the published checkpoints. Which one a folder has is told by its language model and vocabulary, since
/// folders carry other names than the checkpoints they were copied from: a Mistral text model is llava-v1.6-mistral; a Llama one whose
/// tokenizer knows <c>&lt;|start_header_id|&gt;</c> is llama3-llava-next, one that knows <c>&lt;|im_start|&gt;</c> is llava-v1.6-34b (Yi), any other
/// is llava-v1.6-vicuna.
/// </summary>
internal static class LlavaNextTemplates
{
    /// <summary>llava-v1.6-mistral-7b.</summary>
    public static ChatTemplate Mistral { get; } = new("[INST] ", "\n", " [/INST]");

    /// <summary>llava-v1.6-vicuna-7b and -13b.</summary>
    public static ChatTemplate Vicuna { get; } = new(
        "A chat between a curious human and an artificial intelligence assistant. "
        + "The assistant gives helpful, detailed, and polite answers to the human's questions. USER: ",
        "\n",
        " ASSISTANT:");

    /// <summary>llava-v1.6-34b.</summary>
    public static ChatTemplate ChatMl { get; } = new(
        "<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n", "\n", "", "<|im_end|><|im_start|>assistant\n");

    /// <summary>llama3-llava-next-8b; its tokenizer puts <c>&lt;|begin_of_text|&gt;</c> before it.</summary>
    public static ChatTemplate Llama3 { get; } = new(
        "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful language and vision assistant. "
        + "You are able to understand the visual content that the user provides, and assist the user with a variety of tasks using natural language."
        + "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
        "\n",
        "",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");

    /// <summary>The template of a checkpoint.</summary>
    /// <param name="textModelType"><c>model_type</c> of its <c>text_config</c>.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    public static ChatTemplate For(string textModelType, ITokenizer tokenizer)
    {
        if (textModelType == "mistral") return Mistral;
        if (tokenizer.TokenId("<|start_header_id|>") is not null) return Llama3;
        return tokenizer.TokenId("<|im_start|>") is not null ? ChatMl : Vicuna;
    }
}
