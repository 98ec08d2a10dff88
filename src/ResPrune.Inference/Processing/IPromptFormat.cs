namespace ResPrune.Inference.Processing;

/// <summary>How a model family puts a picture and a question into a prompt; immutable and safe to use from any thread.</summary>
internal interface IPromptFormat
{
    /// <summary>The prompt for a question, whose characters never become control tokens.</summary>
    MultimodalPrompt Compose(string question);
}
