namespace ResPrune.Inference.Processing;

/// <summary>How a model family puts a picture and a question into a prompt; immutable and safe to use from any thread.</summary>
internal interface IPromptFormat
{
    /// <summary>
    /// The prompt as text, with <see cref="CheckpointChatTemplate.Question"/> in the question's place and without what the tokenizer itself puts
    /// around a text: for people, and to compare with a folder's own template.
    /// </summary>
    string Text { get; }

    /// <summary>The prompt for a question, whose characters never become control tokens.</summary>
    MultimodalPrompt Compose(string question);
}
